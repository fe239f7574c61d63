/* The kernels as plain C, a lane at a time (the Makefile keeps the compiler from vectorising
 * here): the reference that the others are tested against.
 * SPDX-License-Identifier: Apache-2.0 */
#define PIL_PACK 1
#include "words.inc.h"

#define PIL_WORDS fill_words
#define PIL_NORMALS fill_normals
#define PIL_KERNELS pil_kernels_portable
#define PIL_KERNELS_NAME "portable"
#include "kernels.inc.h"
