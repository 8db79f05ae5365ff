/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target on the files given, one case each: the corpus as an ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    int cases = 0;
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "re");
        uint8_t *data = malloc(1 << 20);
        if (!f || !data)
            return 1;
        size_t n = fread(data, 1, 1 << 20, f);
        fclose(f);
        LLVMFuzzerTestOneInput(data, n);
        free(data);
        cases++;
    }
    printf("%d cases\n", cases);
    return cases ? 0 : 1;
}
