/* The renderers of a document. Each appends to `to`; false (out of memory, here or while the
 * document was built) leaves `to` cut anywhere: do not show it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_REPORT_RENDER_H
#define PIL_REPORT_RENDER_H

#include "document.h"

/* For a terminal of 100 columns: tables aligned, paragraphs wrapped, bars drawn with block
 * characters. `colour` adds ANSI sequences (bold titles, red misses); without it there is none. */
bool pil_render_text(const pil_document *document, bool colour, pil_text *to, pil_error *error);

/* The data tree as JSON, indented by two, ending in a newline; 17 significant digits, infinity
 * as the string "inf" (or "-inf"), NaN as null, keys in the order they were set. Bytes that are
 * not UTF-8 are written as \xHH in the string. */
bool pil_render_json(const pil_document *document, pil_text *to, pil_error *error);

/* The tables as CSV (RFC 4180, CRLF); the first column is the caption, under the heading "table".
 * Tables in a row with the same headings share one header; another one begins after an empty
 * line. Numbers are raw, at 17 significant digits. Texts that look like formulas get an
 * apostrophe. */
bool pil_render_csv(const pil_document *document, pil_text *to, pil_error *error);

#endif
