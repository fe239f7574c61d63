/* What the programs of one source share: the first to come loads the script and builds the typed
 * program of lanes; those after it take what was built, or the error.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "../base/memory.h"
#include "../lanes/builder.h"
#include "engine.h"
#include "image.h"

struct pil_script_share {
  pthread_mutex_t lock; /* guards all of it until it is made; from then on nothing changes */
  bool is_made;
  bool failed; /* the script cannot be loaded: *error says why */
  pil_error error;
  pil_arena arena; /* everything below */
  pil_ir_program program;
  bool can_run; /* in lanes; else for the refusal's reason not */
  pil_ir_reason refusal;
  pil_script_file *files;
  size_t file_count;
};

pil_script_share *pil_script_share_new(pil_error *error) {
  pil_script_share *share = pil_memory_new_zeroed(1, sizeof *share);
  if (share == NULL) pil_error_memory(error);
  else pthread_mutex_init(&share->lock, NULL);
  return share;
}

void pil_script_share_free(pil_script_share *share) {
  if (share == NULL) return;
  pthread_mutex_destroy(&share->lock);
  pil_arena_free(&share->arena);
  pil_memory_free(share);
}

/* ---- making it ---- */

static bool note_files(pil_script_share *share, pil_program *scalar, pil_error *error) {
  const pil_script_file *files;
  size_t count = pil_script_files(scalar, &files);
  share->files = pil_arena_array(&share->arena, count, sizeof *files);
  if (share->files == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    share->files[i] = files[i];
    share->files[i].path = pil_arena_copy(&share->arena, files[i].path, strlen(files[i].path));
    if (share->files[i].path == NULL) return pil_error_memory(error);
  }
  share->file_count = count;
  return true;
}

static bool make(pil_script_share *share, pil_program *scalar, pil_error *error) {
  PIL_TRY(note_files(share, scalar, error));
  const pil_image *image =
      pil_script_image_new(&share->arena, (pil_script_program *)scalar, error);
  if (image == NULL) return false;
  share->can_run =
      pil_builder_build(&share->arena, image, &share->program, &share->refusal, error);
  return share->can_run || share->refusal.text != NULL;
}

/* Called with the lock held. */
static void make_once(pil_script_share *share, const pil_script_source *source,
                      pil_program **scalar) {
  share->is_made = true;
  pil_program *loaded = pil_script_program_new(source, &share->error);
  share->failed = loaded == NULL || !make(share, loaded, &share->error);
  if (!share->failed) *scalar = loaded;
  else if (loaded != NULL) loaded->free(loaded);
}

bool pil_script_share_get(pil_script_share *share, const pil_script_source *source,
                          pil_script_shared *out, pil_program **scalar, pil_error *error) {
  *scalar = NULL;
  pthread_mutex_lock(&share->lock);
  if (!share->is_made) make_once(share, source, scalar);
  pthread_mutex_unlock(&share->lock);
  if (share->failed) *error = share->error;
  *out = (pil_script_shared){share->can_run ? &share->program : NULL, &share->refusal};
  return !share->failed;
}

/* ---- afterwards ---- */

pil_program *pil_script_share_load(const pil_script_share *share, const pil_script_source *source,
                                   pil_error *error) {
  const pil_script_file *files;
  pil_program *scalar = pil_script_program_new(source, error);
  if (scalar == NULL) return NULL;
  size_t count = pil_script_files(scalar, &files), same = 0;
  while (same < count && same < share->file_count &&
         strcmp(files[same].sha256, share->files[same].sha256) == 0)
    same++;
  if (same == count && same == share->file_count) return scalar;
  pil_place at = {same < share->file_count ? share->files[same].path : source->shown_name, 0, 0};
  pil_error_set(error, PIL_FAILURE_INPUT, at, "the file changed while trials were running; start again");
  scalar->free(scalar);
  return NULL;
}
