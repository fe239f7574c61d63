/* The kernels for x86-64-v4 (AVX-512); the Makefile compiles this file for it.
 * SPDX-License-Identifier: Apache-2.0 */
#define PIL_PACK (PIL_LANES_WIDTH < 16 ? PIL_LANES_WIDTH : 16)
#include "words.inc.h"

#include "draws_avx512.inc.h"

#define PIL_WORDS fill_words_avx512
#define PIL_NORMALS fill_normals_avx512
#define PIL_KERNELS pil_kernels_avx512
#define PIL_KERNELS_NAME "avx512"
#define PIL_VECTOR_BYTES 64
#define PIL_SLEEF(name) Sleef_finz_##name##d8_u10avx512f
#include "kernels.inc.h"
