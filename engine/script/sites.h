/* The draw sites of one program: from a name in the script to its stream, with no hashing of
 * texts on the way. Knows nothing of Lua but that equal short names have equal addresses.
 * Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_SITES_H
#define PIL_SCRIPT_SITES_H

#include "../base/arena.h"
#include "../base/error.h"
#include "../random/stream.h"

enum { PIL_SITE_COUNT = 1 << 16, PIL_SITE_BYTES = 200, PIL_SITE_STREAMS = 1 << 16 };

typedef struct pil_site {
  const char *text;             /* "draw:outage", to be shown: a name's byte 0 is escaped */
  const char *bytes;            /* prefix and name as they are … */
  size_t length;                /* … and their number */
  uint64_t hash;                /* of the bytes */
  pil_place at;                 /* unnamed sites: where the draw stands; else PIL_NOWHERE */
  const char *family, *example; /* unnamed sites: "normal" and "0, 1" of the first call seen */
  uint64_t next_k, next_k_run;  /* the count of draws in this run of a trial */
  pil_stream *streams;          /* k < stream_count, standing at trial 1 */
  size_t stream_count;
} pil_site;

/* What a call knows of its site without reading the name: the address of the name (line 0), or
 * that of the chunk's name and the line. */
typedef struct pil_site_key {
  const void *pointer;
  int line;
  pil_site *site; /* NULL: a free place */
} pil_site_key;

typedef struct pil_sites {
  uint64_t seed;
  const char *prefix; /* "draw:" */
  uint64_t trial;     /* whose lanes draw; 0: lanes are trials */
  pil_site **items;
  size_t count, capacity;
  pil_site_key *keys; /* open addressing, at most half full */
  size_t key_count, key_size;
  size_t stream_total;
  pil_arena arena;
} pil_sites;

/* Names begin with another prefix from now on (kept by pointer), and streams are those of a trial's lanes
 * (0: lanes are trials). What is known of sites is forgotten, unless the prefix is the same; streams are, unless the
 * trial is. False when out of memory. */
bool pil_sites_own(pil_sites *sites, const char *prefix, uint64_t trial);

bool pil_sites_init(pil_sites *sites, uint64_t seed, const char *prefix);
void pil_sites_free(pil_sites *sites);

static inline size_t pil_site_slot(const pil_sites *sites, const void *pointer, int line) {
  uint64_t bits = ((uintptr_t)pointer >> 3) + (uint64_t)line * UINT64_C(0x10000001b3);
  return (size_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (sites->key_size - 1);
}

/* The site known under (pointer, line); NULL if there is none yet. */
static inline pil_site *pil_sites_find(const pil_sites *sites, const void *pointer, int line) {
  for (size_t slot = pil_site_slot(sites, pointer, line);;
       slot = (slot + 1) & (sites->key_size - 1)) {
    const pil_site_key *key = &sites->keys[slot];
    if (key->site == NULL) return NULL;
    if (key->pointer == pointer && key->line == line) return key->site;
  }
}

/* The site of prefix + name, made if new. On failure NULL and a sentence in `problem`: two
 * names of one hash, too many sites, no memory. */
pil_site *pil_sites_get(pil_sites *sites, const char *name, size_t length, char *problem,
                        size_t problem_bytes);
/* Lets pil_sites_find answer `site` for (pointer, line), which must stay valid. */
bool pil_sites_remember(pil_sites *sites, const void *pointer, int line, pil_site *site);

/* Draw k's stream at trial 1; slower for a k not met before. */
pil_stream pil_site_stream_new(pil_sites *sites, pil_site *site, uint64_t k);
static inline pil_stream pil_site_stream(pil_sites *sites, pil_site *site, uint64_t k) {
  if (k < site->stream_count) return site->streams[k];
  return pil_site_stream_new(sites, site, k);
}

/* The count of draws at `site` so far, and one more. `run` differs for every trial that is run,
 * also when one trial is run again. */
static inline uint64_t pil_site_next_k(pil_site *site, uint64_t run) {
  if (site->next_k_run != run) {
    site->next_k_run = run;
    site->next_k = 0;
  }
  return site->next_k++;
}

#endif
