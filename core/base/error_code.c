/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/error_code.h"

#include <stddef.h>

int sc_error_is(struct sc_error *err, const char *word, int rc)
{
    if (err)
        err->word = word;
    return rc;
}

static const struct {
    int code;
    const char *word;
} words[] = {
    {SC_E_INVAL, SC_IS_INVALID},     {SC_E_NOTFOUND, SC_IS_NOT_FOUND},
    {SC_E_DENIED, SC_IS_DENIED},     {SC_E_NOTENABLED, SC_IS_NOT_ENABLED},
    {SC_E_PLATFORM, SC_IS_PLATFORM}, {SC_E_PANEL, SC_IS_PANEL},
    {SC_E_BUSY, SC_IS_BUSY},         {SC_E_TOOBIG, SC_IS_TOO_BIG},
    {SC_E_TIMEOUT, SC_IS_TIMEOUT},   {SC_E_NOMEM, SC_IS_NO_MEMORY},
    {SC_E_LATE, SC_IS_LATE},         {SC_E_UNSUPPORTED, SC_IS_UNSUPPORTED},
};

const char *sc_error_word(const struct sc_error *err)
{
    for (size_t i = 0; !err->word && i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].code == err->code)
            return words[i].word;
    return err->word ? err->word : SC_IS_SYSTEM;
}
