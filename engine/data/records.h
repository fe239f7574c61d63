/* Records one after another as they come, from CSV or JSON lines: a file (also .gz), or standard input. Memory is
 * bounded by the longest record, whatever the length of the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_RECORDS_H
#define PIL_DATA_RECORDS_H

#include "../base/error.h"

typedef enum pil_record_kind {
  PIL_RECORD_MISSING, /* not there, null, or nothing but blanks, quoted or not */
  PIL_RECORD_WRITTEN, /* a cell of CSV: what it is, is for the reader to say (NA too) */
  PIL_RECORD_NUMBER,  /* the other kinds: JSON says so */
  PIL_RECORD_BOOLEAN,
  PIL_RECORD_TEXT,
  PIL_RECORD_NESTED   /* a JSON list or object; text is its JSON as it stands in the line */
} pil_record_kind;

typedef struct pil_record_cell {
  pil_record_kind kind;
  const char *text; /* NUL-terminated, UTF-8, the blanks around it kept; "" if missing. JSON's whole numbers have
                       all their digits, the others the fewest that give the same double back: 3.0 is 3 */
  size_t length;
} pil_record_cell;

/* The columns are numbered as they are first met: a CSV's header, and JSON's keys in their order of appearance. */
typedef struct pil_record {
  uint64_t row;  /* from 1; what cannot be read counts */
  uint64_t line; /* of the file, where it begins */
  const char *fault; /* why it cannot be read ("3 cells where the header has 5"), in printable UTF-8; NULL: it could.
                        It names the field where one is at fault. There are no cells then */
  size_t cell_count; /* cells beyond are missing */
  const pil_record_cell *cells; /* by column */
} pil_record;

enum { PIL_RECORD_BYTES = 16 << 20 }; /* of one record at most: a longer one is a fault, and the next is read */

typedef struct pil_records pil_records;

/* path "-": standard input. The format is told by the name (.csv, .jsonl, .ndjson, .json in any letter case; each also
 * .gz); on standard input and under other names (a pipe's) by the first byte that is no blank: '{' is JSON lines.
 * What is packed as gzip is unpacked whatever the name. Waits for that byte, or for CSV's header. NULL, and an error,
 * where it cannot be opened, is empty, is a JSON list ("[": one object a line is wanted), is UTF-16, or has no
 * header, one with two columns of one name, with semicolons or tabs, or with more than 65536 columns.
 *
 * CSV is as in csv.h; what makes a whole file unreadable there is a fault of one record here: too many or too few
 * cells, text after a closing quote (the record ends with that line), an open quote (at the end of the file: all
 * that follows the quote is in it), bytes that are not UTF-8, NUL. Empty lines, once a record follows, are one fault
 * together; in a file of one column each is a missing cell. JSON: blank lines are passed over; no object, a key
 * twice, and more than 4096 different keys are faults. */
pil_records *pil_records_open(const char *path, pil_error *error);
void pil_records_free(pil_records *records);

/* Waits for the first, then takes what has already arrived, at most `most` records (1 at least; fewer may come
 * although more have arrived); what it gave before is gone, as are the cells' texts. 0: the end, or
 * (error->failure set) reading failed: a broken .gz, an I/O error, after the records before it; no memory; or
 * PIL_FAILURE_INTERRUPTED, a signal whose handler restarts nothing: nothing is lost, and it may be called again. */
size_t pil_records_read(pil_records *records, pil_record *list, size_t most, pil_error *error);

/* The columns met so far. Names, and the array of them, live as long as the reader; reading may add some. */
size_t pil_records_columns(const pil_records *records, const char *const **names);
bool pil_records_are_json(const pil_records *records);
const char *pil_records_name(const pil_records *records); /* for messages: the path, or "standard input" */
/* Whether what they are read from is the file that is open there, whatever it is called. */
bool pil_records_are_file(const pil_records *records, int descriptor);

/* What a cell is as a number, blanks around it aside: false where it is none (nan, inf, 0x1F, 1e400, JSON's texts,
 * true). *is_whole: at most 2^53, and in CSV written without point and exponent (as csv.h has it); JSON does not tell
 * 3 from 3.0. */
bool pil_record_number(const pil_record_cell *cell, double *number, bool *is_whole);
/* TRUE, true, False … of CSV, true and false of JSON; with `digits` also the numbers 0 and 1 (1.0). */
bool pil_record_boolean(const pil_record_cell *cell, bool digits, bool *truth);

#endif
