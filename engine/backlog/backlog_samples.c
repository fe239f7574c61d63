/* Every trial of a backlog as CSV rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "backlog_samples.h"

#include <math.h>

#include "../base/file.h"
#include "../base/memory.h"

/* A batch with all fields kept: [item][field][lane]. */
typedef struct sheet {
  pil_backlog_desk desk;
  double *fields;
  double *labels; /* [formula][item][lane]: cells */
  pil_ranking *rankings;
} sheet;

static bool open_sheet(sheet *s, const pil_backlog *backlog, pil_error *error) {
  size_t cells = backlog->items.count * backlog->lanes, formulas = backlog->formula_count;
  const pil_ranking_options options = {.item_count = backlog->items.count, .lane_capacity = backlog->lanes};
  PIL_TRY(pil_backlog_desk_open(&s->desk, backlog, backlog->lanes, error));
  s->fields = pil_memory_resize(NULL, cells * (backlog->field_count + 1), sizeof *s->fields);
  s->labels = pil_memory_resize(NULL, cells * formulas, sizeof *s->labels);
  s->rankings = pil_memory_new_zeroed(formulas, sizeof *s->rankings);
  if (s->fields == NULL || s->labels == NULL || s->rankings == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < formulas; f++) PIL_TRY(pil_ranking_init(&s->rankings[f], &options, error));
  for (size_t i = 0; i < formulas * backlog->class_count; i++) {
    const pil_backlog_formula *formula = &backlog->formulas[i / backlog->class_count];
    s->desk.programs[i] = pil_script_engine_new(&formula->sources[i % backlog->class_count], error);
    if (s->desk.programs[i] == NULL) return false;
  }
  return true;
}

static void close_sheet(sheet *s) {
  const pil_backlog *backlog = s->desk.backlog;
  for (size_t f = 0; backlog != NULL && s->rankings != NULL && f < backlog->formula_count; f++)
    pil_ranking_free(&s->rankings[f]);
  pil_memory_free(s->rankings);
  pil_memory_free(s->fields);
  pil_memory_free(s->labels);
  pil_backlog_desk_close(&s->desk);
}

static double *field_cells(const sheet *s, size_t item, size_t field) {
  return s->fields + (item * s->desk.backlog->field_count + field) * s->desk.lanes;
}

static size_t row_of(const sheet *s, size_t formula, size_t item) {
  return (formula * s->desk.backlog->items.count + item) * s->desk.lanes;
}

static bool fill_batch(sheet *s, uint64_t first, size_t count, pil_error *error) {
  pil_backlog_desk *desk = &s->desk;
  const pil_backlog *backlog = desk->backlog;
  PIL_TRY(pil_backlog_desk_start(desk, first, count, error));
  for (size_t i = 0; i < backlog->items.count; i++) {
    PIL_TRY(pil_backlog_desk_fill(desk, i, error));
    for (size_t f = 0; f < backlog->field_count; f++)
      memcpy(field_cells(s, i, f), desk->columns[1 + f], count * sizeof(double));
    for (size_t f = 0; f < backlog->formula_count; f++) {
      PIL_TRY(pil_backlog_desk_score(desk, f, i, desk->scores + row_of(s, f, i), error));
      const pil_column *label = pil_frame_column(&desk->frame, 1, "label", 0);
      if (label == NULL) return pil_error_memory(error);
      memcpy(s->labels + row_of(s, f, i), label->cells, count * sizeof(double));
    }
  }
  for (size_t f = 0; f < backlog->formula_count; f++)
    PIL_TRY(pil_ranking_add(&s->rankings[f], desk->scores + row_of(s, f, 0), desk->lanes, count, error));
  return true;
}

static void write_number(pil_text *line, double number) {
  pil_text_add(line, ",");
  if (isinf(number)) pil_text_add(line, number > 0 ? "inf" : "-inf");
  else if (!isnan(number)) pil_text_format(line, "%.17g", number);
}

static void write_row(const sheet *s, size_t formula, size_t item, size_t lane, pil_text *line) {
  const pil_backlog *backlog = s->desk.backlog;
  const pil_ranking *ranking = &s->rankings[formula];
  line->length = 0;
  pil_csv_write_cell(line, backlog->formulas[formula].name);
  pil_text_format(line, ",%llu,", (unsigned long long)(s->desk.batch.first_trial + lane));
  pil_csv_write_cell(line, backlog->items.list[item].name);
  for (size_t f = 0; f < backlog->field_count; f++) {
    const pil_backlog_field *field = &backlog->fields[f];
    double cell = field_cells(s, item, f)[lane];
    if (!backlog->items.list[item].fields[f].is_present) {
      pil_text_add(line, ",");
    } else if (field->kind == PIL_FIELD_TEXT) {
      pil_text_add(line, ",");
      pil_csv_write_cell(line, field->choices[(size_t)cell]);
    } else {
      write_number(line, cell);
    }
  }
  write_number(line, s->desk.scores[row_of(s, formula, item) + lane]);
  pil_text_add(line, ",");
  double label = s->labels[row_of(s, formula, item) + lane];
  if (pil_cell_is_text(label)) pil_csv_write_cell(line, s->desk.frame.texts.texts[pil_cell_text(label)]);
  size_t at = item * ranking->stride + lane;
  write_number(line, ranking->above[at] + (ranking->tied[at] + 1) / 2.0); /* the mid-rank */
  pil_text_add(line, "\n");
}

static bool write_batch(const sheet *s, pil_text *line, pil_file_writer *writer, pil_error *error) {
  const pil_backlog *backlog = s->desk.backlog;
  for (size_t lane = 0; lane < s->desk.batch.count; lane++) {
    for (size_t f = 0; f < backlog->formula_count; f++) {
      for (size_t i = 0; i < backlog->items.count; i++) {
        write_row(s, f, i, lane, line);
        if (line->failed) return pil_error_memory(error);
        if (!pil_file_writer_put(writer, line->bytes, line->length)) return true; /* commit reports it */
      }
    }
  }
  return true;
}

static void write_header(const pil_backlog *backlog, pil_text *line) {
  pil_text_add(line, "formula,trial,item");
  for (size_t f = 0; f < backlog->field_count; f++) {
    const char *name = backlog->fields[f].name;
    static const char *const ours[] = {"formula", "trial", "item", "score", "label", "rank"};
    bool taken = false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) taken = taken || strcmp(ours[i], name) == 0;
    pil_text_format(line, ",%s%s", taken ? "field." : "", name);
  }
  pil_text_add(line, ",score,label,rank\n");
}

bool pil_backlog_write_samples(const pil_backlog *backlog, uint64_t row_count, const char *path, pil_tick *tick,
                               void *context, pil_error *error) {
  sheet s = {0};
  pil_text line = {0};
  pil_file_writer writer = {0};
  bool good = open_sheet(&s, backlog, error) && pil_file_writer_open(&writer, path, error);
  if (good) {
    write_header(backlog, &line);
    good = !line.failed || pil_error_memory(error);
    if (good) pil_file_writer_put(&writer, line.bytes, line.length);
  }
  for (uint64_t done = 0; good && done < row_count; done += backlog->lanes) {
    size_t count = row_count - done < backlog->lanes ? (size_t)(row_count - done) : backlog->lanes;
    if (tick != NULL && !tick(context, done))
      good = pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted: no samples were written");
    good = good && fill_batch(&s, backlog->head.first_trial + done, count, error) &&
           write_batch(&s, &line, &writer, error);
  }
  good = good && pil_file_writer_commit(&writer, error);
  pil_file_writer_discard(&writer);
  pil_text_free(&line);
  close_sheet(&s);
  return good;
}
