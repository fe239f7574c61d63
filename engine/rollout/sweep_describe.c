/* A sweep's answer for people: a table an output, or a grid of the first; and where it breaks even.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../scenario/cells.h"
#include "../statistics/interval.h"
#include "../statistics/number.h"
#include "sweep.h"

enum { TEXT_BYTES = 512 };

static const char *value_text(const pil_sweep_answer *answer, size_t point, size_t which) {
  const pil_sweep_path *path = &answer->sweep->paths[which];
  return path->values[pil_sweep_value_index(answer->sweep, point, which)]->text;
}

static const pil_sweep_path *last_path(const pil_sweep_answer *answer) {
  return &answer->sweep->paths[answer->sweep->path_count - 1];
}

static void describe_head(pil_document *document, const pil_sweep_answer *answer) {
  const pil_rollout *rollout = answer->rollout;
  const pil_sweep *sweep = answer->sweep;
  const pil_head *head = &rollout->head;
  char text[PIL_NUMBER_BYTES], last[PIL_NUMBER_BYTES];
  pil_document_title(document, "%s", head->name[0] != '\0' ? head->name : rollout->file);
  if (head->about[0] != '\0') pil_document_paragraph(document, "%s", head->about);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "scenario", "%s", rollout->file);
  pil_facts_add(facts, "script", "%s", rollout->variants[0].source.path);
  pil_facts_add(facts, "variant", "%s", sweep->base.name);
  for (size_t i = 0; i < sweep->path_count; i++) {
    const pil_sweep_path *path = &sweep->paths[i];
    pil_facts_add(facts, i == 0 ? "swept" : "", "%s from %s to %s, %zu values", path->path,
                  path->values[0]->text, path->values[path->count - 1]->text, path->count);
  }
  pil_number_format((double)answer->trials, 0, text);
  if (head->first_trial > 1) {
    char first[PIL_NUMBER_BYTES];
    pil_number_format((double)head->first_trial, 0, first);
    pil_number_format((double)head->last_trial, 0, last);
    pil_facts_add(facts, "trials", "%s of each, on the same luck: %s to %s", text, first, last);
  } else {
    pil_facts_add(facts, "trials", "%s of each, on the same luck", text);
  }
  if (head->currency[0] != '\0') pil_facts_add(facts, "currency", "%s", head->currency);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)head->seed);
  if (!rollout->explain_engine) return;
  pil_facts_add(facts, "in lanes", "%s trials", pil_number_format((double)answer->engine.lanes, 0, text));
  pil_facts_add(facts, "in stock Lua", "%s trials",
                pil_number_format((double)answer->engine.scalar, 0, text));
}

/* ---- cells ---- */

/* Against the first point; a difference that is the same in all trials has no error to round by, and is
 * shown to a place beyond that of the mean. */
static void put_difference(pil_table_block *table, const pil_swept *swept) {
  char text[PIL_NUMBER_BYTES];
  const pil_pair *pair = &swept->first;
  bool same = pair->mean_error <= 1e-9 * fabs(pair->mean);
  double place = pair->mean == 0 ? 0 : swept->summary.mean_error / 10;
  pil_table_number(table, same ? pil_number_format(pair->mean, place, text)
                               : pil_number_pair(pair->mean, pair->mean_error, text), pair->mean);
}

static void format_output(const pil_output_spec *spec, char text[TEXT_BYTES]) {
  snprintf(text, TEXT_BYTES, "%.200s%s%.60s%s", spec->name, spec->unit[0] ? " (" : "", spec->unit,
           spec->unit[0] ? ")" : "");
}

/* ---- one path ---- */

static void describe_output(pil_document *document, const pil_sweep_answer *answer, size_t output) {
  const pil_output_spec *spec = answer->specs[output];
  char text[TEXT_BYTES], against[TEXT_BYTES];
  format_output(spec, text);
  pil_document_heading(document, "%s", text);
  bool judged = answer->points[0][output].goal.trial_count > 0;
  pil_table_block *table = pil_document_table(document, text);
  pil_table_column(table, answer->sweep->paths[0].path, PIL_ALIGN_RIGHT);
  pil_table_column(table, "mean ± error", PIL_ALIGN_RIGHT);
  pil_table_column(table, "p5", PIL_ALIGN_RIGHT);
  pil_table_column(table, "p50", PIL_ALIGN_RIGHT);
  pil_table_column(table, "p95", PIL_ALIGN_RIGHT);
  snprintf(against, sizeof against, "P(%.100s)", judged ? spec->goal.text : "");
  if (judged) pil_table_column(table, against, PIL_ALIGN_RIGHT);
  snprintf(against, sizeof against, "against %.100s", value_text(answer, 0, 0));
  pil_table_column(table, against, PIL_ALIGN_RIGHT);
  for (size_t point = 0; point < answer->point_count; point++) {
    const pil_swept *swept = &answer->points[point][output];
    pil_table_row(table);
    pil_table_number(table, value_text(answer, point, 0), answer->sweep->paths[0].numbers[point]);
    pil_cells_put_mean(table, &swept->summary);
    for (int level = 0; level < PIL_SWEPT_LEVELS; level++)
      pil_cells_put_percentile(table, swept->percentiles[level], swept->percentile_errors[level]);
    if (judged) pil_cells_put_share(table, &swept->goal);
    if (point > 0) put_difference(table, swept);
  }
}

/* ---- break-even ---- */

/* "84,650 (95 %: 84,010 to 85,290)"; an end that the sweep does not reach is said to be beyond. */
static void format_crossing(const pil_crossing *crossing, char text[TEXT_BYTES]) {
  char value[PIL_NUMBER_BYTES], low[PIL_NUMBER_BYTES], high[PIL_NUMBER_BYTES];
  double error = (crossing->high - crossing->low) / (2 * PIL_INTERVAL_Z95);
  pil_number_format(crossing->value, error, value);
  pil_number_format(crossing->low, crossing->open_low ? 0 : error, low);
  pil_number_format(crossing->high, crossing->open_high ? 0 : error, high);
  snprintf(text, TEXT_BYTES, "%s (95 %%: %s%s to %s%s)", value, crossing->open_low ? "below " : "", low,
           crossing->open_high ? "above " : "", high);
}

static void format_target(const pil_output_spec *spec, char text[TEXT_BYTES]) {
  char number[PIL_NUMBER_BYTES];
  double target = pil_sweep_target(spec);
  pil_number_format(target, 0, number);
  snprintf(text, TEXT_BYTES, "%s", number);
}

/* The points of a row: with one path all. */
static size_t row_length(const pil_sweep_answer *answer, size_t row) {
  size_t whole = last_path(answer)->count, before = row * whole;
  size_t left = answer->point_count > before ? answer->point_count - before : 0;
  return left < whole ? left : whole;
}

/* Why a row has no crossing: on which side of the target its means are, and whether one is so near that
 * its error could carry it over. */
static void format_side(const pil_sweep_answer *answer, size_t output, size_t row, char text[TEXT_BYTES]) {
  double target = pil_sweep_target(answer->specs[output]);
  size_t first = row * last_path(answer)->count, above = 0, below = 0, near = 0, never = 0, on = 0;
  for (size_t i = 0; i < row_length(answer, row); i++) {
    const pil_swept *swept = &answer->points[first + i][output];
    double mean = pil_sweep_mean(swept);
    above += mean > target;
    below += mean < target;
    on += mean == target;
    never += isnan(mean) && swept->summary.never_count > 0;
    near += fabs(mean - target) <= PIL_INTERVAL_Z95 * swept->summary.mean_error;
  }
  const char *side = above > 0 && below > 0 ? "is no number between values above and below"
                     : above > 0            ? "stays above"
                     : below > 0            ? "stays below"
                                            : "stays at";
  char number[TEXT_BYTES];
  format_target(answer->specs[output], number);
  if (above + below + on == 0)
    snprintf(text, TEXT_BYTES, "%s", never > 0 ? "is not judged where so much never came" : "is no number");
  else
    snprintf(text, TEXT_BYTES, "%s %.100s%s%s", side, number, near > on ? ", somewhere by less than its error" : "",
             never > 0 ? ", but is not judged where so much never came" : "");
}

static bool describe_break_even(pil_document *document, const pil_sweep_answer *answer, size_t output,
                                pil_error *error) {
  const pil_output_spec *spec = answer->specs[output];
  const pil_sweep_path *path = last_path(answer);
  pil_crossing *crossings;
  size_t count;
  char target[TEXT_BYTES], one[TEXT_BYTES];
  PIL_TRY(pil_sweep_cross(answer, output, 0, &crossings, &count, error));
  format_target(spec, target);
  if (count == 0) {
    format_side(answer, output, 0, one);
    pil_document_paragraph(document, "No break-even: the mean of %s %s.", spec->name, one);
    return true;
  }
  pil_text list = {0};
  for (size_t i = 0; i < count; i++) {
    format_crossing(&crossings[i], one);
    pil_text_format(&list, "%s%s", i > 0 ? "; " : "", one);
  }
  if (count == 1)
    pil_document_paragraph(document, "Break-even: the mean of %s crosses %s at %s = %s.", spec->name, target,
                           path->path, pil_text_get(&list));
  else
    pil_document_paragraph(document, "No single break-even: the mean of %s crosses %s at %zu values of %s: %s.",
                           spec->name, target, count, path->path, pil_text_get(&list));
  bool good = !list.failed || pil_error_memory(error);
  pil_text_free(&list);
  return good;
}

/* ---- two paths ---- */

typedef void put_cell(pil_table_block *table, const pil_swept *swept);

static void put_swept_mean(pil_table_block *table, const pil_swept *swept) {
  pil_cells_put_mean(table, &swept->summary);
}

static void put_swept_share(pil_table_block *table, const pil_swept *swept) {
  pil_cells_put_share(table, &swept->goal);
}

static void describe_grid(pil_document *document, const pil_sweep_answer *answer, const char *caption,
                          put_cell *put) {
  const pil_sweep_path *paths = answer->sweep->paths;
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, paths[0].path, PIL_ALIGN_RIGHT);
  for (size_t c = 0; c < paths[1].count; c++)
    pil_table_column(table, paths[1].values[c]->text, PIL_ALIGN_RIGHT);
  for (size_t point = 0; point < answer->point_count; point++) {
    if (point % paths[1].count == 0) {
      pil_table_row(table);
      pil_table_number(table, value_text(answer, point, 0), paths[0].numbers[point / paths[1].count]);
    }
    put(table, &answer->points[point][0]);
  }
}

static bool describe_frontier(pil_document *document, const pil_sweep_answer *answer, pil_error *error) {
  const pil_sweep_path *paths = answer->sweep->paths;
  char caption[TEXT_BYTES], heading[TEXT_BYTES], target[TEXT_BYTES], one[TEXT_BYTES];
  format_target(answer->specs[0], target);
  snprintf(caption, sizeof caption, "Break-even: where the mean of %.100s crosses %.100s", answer->specs[0]->name,
           target);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, paths[0].path, PIL_ALIGN_RIGHT);
  snprintf(heading, sizeof heading, "%.200s", paths[1].path);
  pil_table_column(table, heading, PIL_ALIGN_LEFT);
  for (size_t row = 0; row_length(answer, row) > 0; row++) {
    pil_crossing *crossings;
    size_t count;
    pil_text list = {0};
    PIL_TRY(pil_sweep_cross(answer, 0, row, &crossings, &count, error));
    for (size_t i = 0; i < count; i++) {
      format_crossing(&crossings[i], one);
      pil_text_format(&list, "%s%s", i > 0 ? "; " : "", one);
    }
    format_side(answer, 0, row, one);
    if (count == 0) pil_text_format(&list, "none: it %s", one);
    pil_table_row(table);
    pil_table_number(table, paths[0].values[row]->text, paths[0].numbers[row]);
    pil_table_text(table, pil_text_get(&list));
    bool good = !list.failed || pil_error_memory(error);
    pil_text_free(&list);
    PIL_TRY(good);
  }
  return true;
}

static bool describe_two_paths(pil_document *document, const pil_sweep_answer *answer, pil_error *error) {
  const pil_output_spec *spec = answer->specs[0];
  const char *across = answer->sweep->paths[1].path;
  char output[TEXT_BYTES], caption[2 * TEXT_BYTES];
  format_output(spec, output);
  pil_document_heading(document, "%s", output);
  snprintf(caption, sizeof caption, "Mean ± error; across: %.200s", across);
  describe_grid(document, answer, caption, put_swept_mean);
  if (answer->points[0][0].goal.trial_count > 0) {
    snprintf(caption, sizeof caption, "P(%.200s); across: %.200s", spec->goal.text, across);
    describe_grid(document, answer, caption, put_swept_share);
  }
  PIL_TRY(describe_frontier(document, answer, error));
  if (answer->spec_count > 1)
    pil_document_note(document, "a grid is shown of the first output only; --format json and csv have all %zu.",
                      answer->spec_count);
  return true;
}

/* ---- the whole ---- */

static void describe_remarks(pil_document *document, const pil_sweep_answer *answer) {
  for (size_t i = 0; i < answer->spec_count; i++) {
    size_t odd = 0, never = 0;
    for (size_t point = 0; point < answer->point_count; point++) {
      odd += answer->points[point][i].summary.not_a_number_count > 0;
      never += answer->points[point][i].summary.never_count > 0;
    }
    if (odd > 0)
      pil_document_warning(document, "%s was not a number in some trials at %zu of %zu points: left out of means "
                           "and percentiles, and counted as not meeting its goal.",
                           answer->specs[i]->name, odd, answer->point_count);
    if (never > 0)
      pil_document_note(document, "%s never came in some trials at %zu of %zu points; means are over the others, and where "
                        "more than %g%% never came the break-even passes over them.", answer->specs[i]->name, never,
                        answer->point_count, 100 * PIL_SUMMARY_NEVER_LIMIT);
  }
}

bool pil_sweep_describe(pil_document *document, const pil_sweep_answer *answer, pil_error *error) {
  describe_head(document, answer);
  if (answer->point_count < answer->sweep->point_count)
    pil_document_warning(document, "Interrupted: %zu of %zu points were finished.", answer->point_count,
                         answer->sweep->point_count);
  if (answer->point_count == 0) return true;
  if (answer->sweep->path_count == 2) {
    PIL_TRY(describe_two_paths(document, answer, error));
  } else {
    for (size_t i = 0; i < answer->spec_count; i++) {
      describe_output(document, answer, i);
      PIL_TRY(describe_break_even(document, answer, i, error));
    }
  }
  describe_remarks(document, answer);
  pil_document_note(document, "± is the Monte Carlo error (one standard error); all points meet the same luck, so "
                    "differences are known better than means. A break-even lies on a straight line between two "
                    "points; its 95 %% interval is that of the Monte Carlo error alone.");
  return true;
}
