/* The table of draw sites.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sites.h"

#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"

enum {
  FIRST_KEYS = 256,
  FIRST_STREAMS = 4,
  SHOWN_BYTES = 4 * (PIL_SITE_BYTES + 64) + 1,
  STREAMS_IN_ALL = 1 << 20 /* 32 MiB; beyond it a stream is hashed at each draw */
};

bool pil_sites_init(pil_sites *sites, uint64_t seed, const char *prefix) {
  *sites = (pil_sites){.seed = seed, .prefix = prefix, .key_size = FIRST_KEYS};
  sites->keys = pil_memory_new_zeroed(FIRST_KEYS, sizeof *sites->keys);
  return sites->keys != NULL;
}

void pil_sites_free(pil_sites *sites) {
  for (size_t i = 0; i < sites->count; i++) pil_memory_free(sites->items[i]->streams);
  pil_memory_free(sites->items);
  pil_memory_free(sites->keys);
  pil_arena_free(&sites->arena);
  *sites = (pil_sites){0};
}

static pil_stream stream_at(const pil_sites *sites, uint64_t hash, uint64_t k) {
  return sites->trial > 0 ? pil_stream_at_trial(sites->seed, hash, k, sites->trial)
                          : pil_stream_at(sites->seed, hash, k);
}

/* The streams kept are made again where they are. */
static void move_to_trial(pil_sites *sites, uint64_t trial) {
  if (trial == sites->trial) return;
  sites->trial = trial;
  for (size_t i = 0; i < sites->count; i++)
    for (size_t k = 0; k < sites->items[i]->stream_count; k++)
      sites->items[i]->streams[k] = stream_at(sites, sites->items[i]->hash, k);
}

bool pil_sites_own(pil_sites *sites, const char *prefix, uint64_t trial) {
  if (prefix != sites->prefix && strcmp(prefix, sites->prefix) != 0) {
    uint64_t seed = sites->seed;
    pil_sites_free(sites);
    PIL_TRY(pil_sites_init(sites, seed, prefix));
  }
  move_to_trial(sites, trial);
  return true;
}

/* Only a name not met before comes here, so a walk over all sites does. */
static pil_site *find_hash(const pil_sites *sites, uint64_t hash) {
  for (size_t i = 0; i < sites->count; i++)
    if (sites->items[i]->hash == hash) return sites->items[i];
  return NULL;
}

static pil_site *add_site(pil_sites *sites, const char *text, size_t length, uint64_t hash) {
  if (sites->count == sites->capacity) {
    size_t capacity = sites->capacity == 0 ? 64 : 2 * sites->capacity;
    pil_site **grown = pil_memory_resize(sites->items, capacity, sizeof *grown);
    if (grown == NULL) return NULL;
    sites->items = grown;
    sites->capacity = capacity;
  }
  pil_site *site = pil_arena_new(&sites->arena, sizeof *site);
  char *bytes = pil_arena_copy(&sites->arena, text, length), *shown = bytes;
  if (memchr(text, '\0', length) != NULL) {
    char escaped[SHOWN_BYTES];
    pil_text_escape(text, length, escaped, sizeof escaped);
    shown = pil_arena_copy(&sites->arena, escaped, strlen(escaped));
  }
  if (site == NULL || bytes == NULL || shown == NULL) return NULL;
  *site = (pil_site){.text = shown, .bytes = bytes, .length = length, .hash = hash};
  sites->items[sites->count++] = site;
  return site;
}

pil_site *pil_sites_get(pil_sites *sites, const char *name, size_t length, char *problem,
                        size_t problem_bytes) {
  if (length > PIL_SITE_BYTES) {
    snprintf(problem, problem_bytes, "a draw's name has %zu bytes; at most %d are allowed", length,
             PIL_SITE_BYTES);
    return NULL;
  }
  char text[PIL_SITE_BYTES + 64];
  size_t prefix_length = strlen(sites->prefix);
  snprintf(problem, problem_bytes, "out of memory for draw sites");
  if (prefix_length + length + 1 > sizeof text) return NULL;
  memcpy(text, sites->prefix, prefix_length);
  memcpy(text + prefix_length, name, length);
  uint64_t hash = pil_text_hash(text, prefix_length + length);
  pil_site *site = find_hash(sites, hash);
  if (site != NULL) {
    if (site->length == prefix_length + length && memcmp(site->bytes, text, site->length) == 0)
      return site;
    snprintf(problem, problem_bytes,
             "the draw names \"%.*s\" and \"%s\" have the same hash; rename one of them",
             (int)length, name, site->text + prefix_length);
    return NULL;
  }
  if (sites->count >= PIL_SITE_COUNT) {
    snprintf(problem, problem_bytes,
             "more than %d different draw names; a name should be the same in all trials, give "
             "what changes as an integer after it",
             PIL_SITE_COUNT);
    return NULL;
  }
  return add_site(sites, text, prefix_length + length, hash);
}

static void put_key(pil_sites *sites, pil_site_key key) {
  size_t slot = pil_site_slot(sites, key.pointer, key.line);
  while (sites->keys[slot].site != NULL) slot = (slot + 1) & (sites->key_size - 1);
  sites->keys[slot] = key;
  sites->key_count++;
}

bool pil_sites_remember(pil_sites *sites, const void *pointer, int line, pil_site *site) {
  if (2 * (sites->key_count + 1) > sites->key_size) {
    size_t old_size = sites->key_size;
    pil_site_key *old = sites->keys;
    pil_site_key *grown = pil_memory_new_zeroed(2 * old_size, sizeof *grown);
    if (grown == NULL) return false;
    sites->keys = grown;
    sites->key_size = 2 * old_size;
    sites->key_count = 0;
    for (size_t i = 0; i < old_size; i++)
      if (old[i].site != NULL) put_key(sites, old[i]);
    pil_memory_free(old);
  }
  put_key(sites, (pil_site_key){pointer, line, site});
  return true;
}

/* Streams are kept in step with the k's that come, doubling; a k far beyond, or one past the
 * limit, is hashed each time, which costs some 40 ns and no memory. */
pil_stream pil_site_stream_new(pil_sites *sites, pil_site *site, uint64_t k) {
  size_t count = site->stream_count == 0 ? FIRST_STREAMS : 2 * site->stream_count;
  while (count <= k && count < 256) count *= 2;
  if (k >= count || count > PIL_SITE_STREAMS ||
      sites->stream_total + count - site->stream_count > STREAMS_IN_ALL)
    return stream_at(sites, site->hash, k);
  pil_stream *grown = pil_memory_resize(site->streams, count, sizeof *grown);
  if (grown == NULL) return stream_at(sites, site->hash, k);
  for (size_t i = site->stream_count; i < count; i++)
    grown[i] = stream_at(sites, site->hash, i);
  sites->stream_total += count - site->stream_count;
  site->streams = grown;
  site->stream_count = count;
  return grown[k];
}
