/* Values of several kinds: a choice of a few alternatives, each in the lanes of a mask. Private to this folder.
 *
 * Where ways meet with a table and nil, two tables, a text and a number, the register holds a choice. Whatever is
 * done with it is done with each alternative, in its lanes only, and the results are put together again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_CHOICE_H
#define PIL_LANES_BUILD_CHOICE_H

#include "build.h"

enum {
  PIL_CHOICES = 100000,         /* made in one build */
  PIL_CHOICE_ALTERNATIVES = 80, /* of one value */
  PIL_CHOICE_TEXTS = 32,        /* that one text that varies may be */
  PIL_CHOICE_SPREAD = 256       /* combinations that one operation is done with */
};

typedef struct pil_alternative {
  pil_symbol symbol; /* no CHOICE */
  pil_operand mask;  /* of the lanes that hold it; those of different alternatives have no lane in common */
} pil_alternative;

/* `a` in the lanes of the mask, else `c`. Nothing is emitted before it is opened: most are never used. */
struct pil_choice {
  pil_operand mask;
  pil_symbol a, c;
  unsigned depth; /* of choices within that are not opened */
  const pil_alternative *list;
  size_t count;
};

/* The texts that a text which varies may be: their codes, ascending. */
struct pil_text_set {
  size_t count;
  int64_t codes[];
};

/* What a symbol is, lane by lane: of a CHOICE, a LANE_TABLE and a LANE_TEXT whose texts are known all alternatives,
 * of others the one. False after a failure. */
bool pil_choice_open(pil_build *b, const pil_symbol *s, const pil_alternative **list, size_t *count);
/* a in the lanes of the mask, else c, whatever they are. */
pil_symbol pil_choice_make(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c);

/* A choice between these, each in its lanes. */
pil_symbol pil_choice_listed(pil_build *b, const pil_alternative *list, size_t count);
/* Whether two can be one alternative: two numbers, two texts, two booleans, two items of one list. */
bool pil_choice_is_kin(const pil_symbol *a, const pil_symbol *c);
/* Of kin: a in the lanes of the mask, else c; and the pattern of both. */
pil_symbol pil_choice_select_kin(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c);
pil_symbol pil_choice_join_kin(pil_build *b, const pil_symbol *a, const pil_symbol *c);
/* Takes back the choices made since there were `count`, and the opening of others since `opened_count` were open. */
void pil_choice_forget(pil_build *b, size_t count, size_t opened_count);

typedef bool pil_choice_step(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out);
/* Does `step` with each alternative, under its mask. False when no lane is left. */
bool pil_choice_each(pil_build *b, const pil_symbol *s, pil_choice_step *step, const void *context, pil_symbol *out);

typedef bool pil_choice_call(pil_build *b, const void *context, const pil_symbol *arguments, size_t count,
                             pil_symbol *out);
/* The same for all arguments that pil_choice_is_open says are of several kinds or texts. */
bool pil_choice_spread(pil_build *b, pil_choice_call *run, const void *context, const pil_symbol *arguments,
                       size_t count, pil_symbol *out);
bool pil_choice_is_open(const pil_symbol *s);

/* The lanes where it is nil; those where that cannot be told are given back. */
pil_operand pil_choice_nil(pil_build *b, const pil_symbol *s);
/* Its alternatives that are not nil: what a loop goes on with. */
pil_symbol pil_choice_without_nil(pil_build *b, const pil_symbol *s);
/* What a test let through: no nil and no false (k), or nothing else (not k). */
pil_symbol pil_choice_after_test(pil_build *b, const pil_symbol *s, bool k);
/* A choice where a number is wanted: lanes without one are given back. Others as they are. */
bool pil_choice_number(pil_build *b, const pil_symbol *s, const char *what, pil_symbol *out);

/* A choice of one number and nil as a MIX. Others as they are. */
pil_symbol pil_choice_plain(pil_build *b, const pil_symbol *s);

/* The texts that either may be; NULL when they are too many or not known. */
const pil_text_set *pil_choice_texts(pil_build *b, const pil_symbol *a, const pil_symbol *c);
/* Whether two sets, one of which holds all of the other, are the same. */
bool pil_choice_same_texts(const pil_text_set *a, const pil_text_set *c);
const pil_text_set *pil_choice_texts_new(pil_build *b, const int64_t *codes, size_t count);

#endif
