/* The kernels for the least CPU that Pilotage runs on (x86-64-v3: AVX2 and FMA).
 * SPDX-License-Identifier: Apache-2.0 */
#define PIL_PACK (PIL_LANES_WIDTH < 16 ? PIL_LANES_WIDTH : 16)
#include "words.inc.h"

#define PIL_WORDS fill_words
#define PIL_NORMALS fill_normals
#define PIL_KERNELS pil_kernels_avx2
#define PIL_KERNELS_NAME "avx2"
#define PIL_VECTOR_BYTES 32
#define PIL_SLEEF(name) Sleef_finz_##name##d4_u10avx2
#include "kernels.inc.h"
