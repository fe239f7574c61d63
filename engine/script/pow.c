/* Lua's ^ calls the C library's pow, whose last bit depends on the CPU. liblua is linked
 * statically, so the name resolves here and ^ has the same bits as pil_pow everywhere, in the
 * compiler's constant folding too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/real.h"

double pow(double x, double y);

double pow(double x, double y) {
  return pil_pow(x, y);
}
