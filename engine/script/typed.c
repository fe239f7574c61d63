/* The typed program of a source for whoever wants to look into it, with the places where its script can return.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../lanes/builder.h"
#include "../lanes/returns.h"
#include "image.h"

/* The script's own function: the image's, or the upvalue of the wrapper's that the wrapper calls "policy". */
static pil_image_function *own_function(const pil_script_source *source, const pil_image *image) {
  const pil_image_function *outer = image->function.kind == PIL_IMAGE_FUNCTION ? image->function.function : NULL;
  if (outer == NULL || source->wrapper == NULL) return (pil_image_function *)outer;
  for (uint32_t i = 0; i < outer->code->upvalue_count; i++) {
    const char *name = outer->code->upvalues[i].name;
    if (name != NULL && strcmp(name, PIL_WRAPPED) == 0 && outer->upvalues[i].kind == PIL_IMAGE_FUNCTION)
      return (pil_image_function *)outer->upvalues[i].function;
  }
  return NULL;
}

static bool build(pil_script_program *scalar, const char *kept, pil_arena *arena, pil_script_typed *typed, pil_error *error) {
  const pil_image *image = pil_script_image_new(arena, scalar, error);
  if (image == NULL) return false;
  pil_image_function *own = own_function(&scalar->source, image);
  if (own != NULL) PIL_TRY(pil_returns_list(arena, own, &typed->places, &typed->place_count, error));
  if (own != NULL) PIL_TRY(pil_returns_numbers(arena, own, &typed->numbers, &typed->number_count, error));
  if (own != NULL && kept != NULL) PIL_TRY(pil_returns_pass(arena, own, kept, error));
  pil_ir_program *program = pil_arena_new(arena, sizeof *program);
  if (program == NULL) return pil_error_memory(error);
  bool is_built = pil_builder_build(arena, image, program, &typed->refusal, error);
  if (is_built) typed->program = program;
  return is_built || typed->refusal.text != NULL;
}

bool pil_script_typed_build(const pil_script_source *source, const char *kept, pil_arena *arena, pil_script_typed *typed,
                            pil_error *error) {
  *typed = (pil_script_typed){0};
  pil_program *scalar = pil_script_program_new(source, error);
  if (scalar == NULL) return false;
  bool good = build((pil_script_program *)scalar, kept, arena, typed, error);
  scalar->free(scalar);
  return good;
}
