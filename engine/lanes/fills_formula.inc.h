/* Draws whose quantile is a formula, over a block of lanes, and what each family refuses. Part of
 * kernels.inc.h, whose macros it uses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../random/formula_kernels.h"

#define P pil_uniform(words[i])
#define Q pil_uniform_complement(words[i])
#define HAZARD -pil_log_kernel(Q)

DEFINE_FILL(logistic, _constant, PAIR(x, y, CONSTANT), pil_logistic_kernel(x, y, P, Q))
DEFINE_FILL(logistic, _varying, , pil_logistic_kernel(VARYING(0), VARYING(1), P, Q))
DEFINE_FILL(cauchy, _constant, PAIR(x, y, CONSTANT), pil_cauchy_kernel(x, y, P, Q))
DEFINE_FILL(cauchy, _varying, , pil_cauchy_kernel(VARYING(0), VARYING(1), P, Q))
DEFINE_FILL(weibull, _constant, PAIR(x, y, CONSTANT), pil_weibull_kernel(x, y, HAZARD))
DEFINE_FILL(weibull, _varying, , pil_weibull_kernel(VARYING(0), VARYING(1), HAZARD))
DEFINE_FILL(pareto, _constant, PAIR(x, y, CONSTANT), pil_pareto_kernel(x, y, HAZARD))
DEFINE_FILL(pareto, _varying, , pil_pareto_kernel(VARYING(0), VARYING(1), HAZARD))
DEFINE_FILL(geometric, _constant, const double x = CONSTANT(0),
            pil_geometric_kernel(x, P, Q, HAZARD))
DEFINE_FILL(geometric, _varying, , pil_geometric_kernel(VARYING(0), P, Q, HAZARD))
DEFINE_FILL(triangular, _constant, PAIR(x, y, CONSTANT);
            const double z = CONSTANT(2), pil_triangular_kernel(x, y, z, P, Q))
DEFINE_FILL(triangular, _varying, , pil_triangular_kernel(VARYING(0), VARYING(1), VARYING(2), P, Q))

#define SHAPE(x) ((x) >= 1e-6) & ((x) <= 1e9)
#define WHOLE(x, least) ((x) >= (least)) & ((x) <= 1e9) & ((x) == __builtin_floor(x))
#define SHARE(x) ((x) >= 0) & ((x) <= 1)
#define RANGE                                                                                \
  FINITE(VARYING(0)) & FINITE(VARYING(1)) & FINITE(VARYING(2)) & (VARYING(0) < VARYING(2)) & \
      FINITE(VARYING(2) - VARYING(0)) & (VARYING(0) <= VARYING(1)) & (VARYING(1) <= VARYING(2))
DEFINE_REFUSE(location_scale, FINITE(VARYING(0)) & POSITIVE(VARYING(1)))
DEFINE_REFUSE(shape_scale, SHAPE(VARYING(0)) & POSITIVE(VARYING(1)))
DEFINE_REFUSE(scale_shape, POSITIVE(VARYING(0)) & SHAPE(VARYING(1)))
DEFINE_REFUSE(shapes, SHAPE(VARYING(0)) & SHAPE(VARYING(1)))
DEFINE_REFUSE(shape, SHAPE(VARYING(0)))
DEFINE_REFUSE(triangular, RANGE)
DEFINE_REFUSE(pert, RANGE &SHAPE(VARYING(3)))
DEFINE_REFUSE(poisson, (VARYING(0) >= 0) & (VARYING(0) <= 1e15))
DEFINE_REFUSE(binomial, WHOLE(VARYING(0), 0) & SHARE(VARYING(1)))
DEFINE_REFUSE(negative_binomial, SHAPE(VARYING(0)) & SHARE(VARYING(1)) & (VARYING(1) > 0))
DEFINE_REFUSE(geometric, SHARE(VARYING(0)) & (VARYING(0) > 0))
DEFINE_REFUSE(proportion, WHOLE(VARYING(0), 0) & WHOLE(VARYING(1), 1) & (VARYING(0) <= VARYING(1)))
