/* A script's code for those who read it: the image for traces, and a file's bytecode.
 * SPDX-License-Identifier: Apache-2.0 */
#include "image.h"
#include "inside.h"

const pil_image *pil_script_image(pil_arena *arena, const pil_script_source *source, pil_error *error) {
  pil_script_source own = *source;
  own.wrapper = NULL;
  own.wrapper_expression_count = 0;
  own.share = NULL;
  pil_program *program = pil_script_program_new(&own, error);
  if (program == NULL) return NULL;
  const pil_image *image = pil_script_image_new(arena, (pil_script_program *)program, error);
  program->free(program);
  return image;
}

const pil_function *pil_script_chunk(pil_arena *arena, const char *path, const char *shown_name, pil_error *error) {
  const pil_function *chunk = NULL;
  pil_sandbox *sandbox = pil_sandbox_new(PIL_LIMITS_EVAL, error);
  if (sandbox == NULL) return NULL;
  if (pil_sandbox_read_file(sandbox, path, shown_name, PIL_NOWHERE, error))
    chunk = pil_sandbox_read_code(pil_sandbox_state(sandbox), arena, error);
  pil_sandbox_free(sandbox);
  return chunk;
}
