// SPDX-License-Identifier: GPL-2.0-or-later
// The page of Sitecage in a hosting panel: one custom element, <sitecage-page>, in a shadow root, so that neither its
// style nor the panel's reaches the other. Names of domains, paths and reasons come from hostile places: they get into
// the document as text (textContent) and in no other way.
