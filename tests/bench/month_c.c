/* The trial of month.lua as a C programmer would write it: one trial after the other, normals and
 * exponentials by ziggurat, the other draws by inversion, then the answer's statistics.
 *   month_c              prints how long a trial takes
 *   month_c TRIALS       prints "seconds S", then "NAME MEAN ERROR" for each output
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- words: xoshiro256++ (Blackman and Vigna 2021), seeded by splitmix64 ---- */

static uint64_t state[4];

static void seed_words(uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    state[i] = z ^ z >> 31;
  }
}

static inline uint64_t rotate(uint64_t x, int by) {
  return x << by | x >> (64 - by);
}

static inline uint64_t word(void) {
  uint64_t result = rotate(state[0] + state[3], 23) + state[0], shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotate(state[3], 45);
  return result;
}

static inline double uniform(void) { /* above 0, below 1 */
  return ((double)(word() >> 12) + 0.5) * 0x1p-52;
}

/* ---- ziggurats (Marsaglia and Tsang 2000), with separate bits for layer, sign and position ---- */

enum { LAYERS = 256 };

typedef struct ziggurat {
  double edges[LAYERS + 1]; /* right ends of the layers, from the base up; the base's is v / f(r) */
  double heights[LAYERS + 1]; /* f at the edges */
} ziggurat;

static ziggurat normal_layers, exponential_layers;

static double normal_density(double x) {
  return exp(-0.5 * x * x);
}
static double normal_inverse(double y) {
  return sqrt(-2 * log(y));
}
static double exponential_density(double x) {
  return exp(-x);
}
static double exponential_inverse(double y) {
  return -log(y);
}

/* Layers of area v each; the base layer has the tail beyond r too. */
static void build_layers(ziggurat *z, double r, double v, double density(double),
                         double inverse(double)) {
  z->edges[0] = v / density(r);
  z->edges[1] = r;
  z->heights[0] = 0;
  z->heights[1] = density(r);
  for (int i = 2; i < LAYERS; i++) {
    z->heights[i] = z->heights[i - 1] + v / z->edges[i - 1];
    z->edges[i] = inverse(z->heights[i]);
  }
  z->edges[LAYERS] = 0;
  z->heights[LAYERS] = 1;
}

static const double normal_tail = 3.6541528853610088;

static double draw_tail(void) { /* Marsaglia 1964, as in the paper */
  double x, y;
  do {
    x = -log(uniform()) / normal_tail;
    y = -log(uniform());
  } while (2 * y < x * x);
  return normal_tail + x;
}

static inline double draw_height(const ziggurat *z, unsigned layer) {
  return z->heights[layer] + uniform() * (z->heights[layer + 1] - z->heights[layer]);
}

static inline double draw_normal(void) {
  for (;;) {
    uint64_t bits = word();
    unsigned layer = bits & (LAYERS - 1);
    double position = (double)((int64_t)bits >> 11) * 0x1p-52; /* -1 to 1 */
    double x = position * normal_layers.edges[layer];
    if (fabs(x) < normal_layers.edges[layer + 1]) return x;
    if (layer == 0) return copysign(draw_tail(), position);
    if (draw_height(&normal_layers, layer) < normal_density(x)) return x;
  }
}

static inline double draw_exponential(void) {
  double from = 0;
  for (;;) {
    uint64_t bits = word();
    unsigned layer = bits & (LAYERS - 1);
    double x = (double)(bits >> 11) * 0x1p-53 * exponential_layers.edges[layer];
    if (x < exponential_layers.edges[layer + 1]) return from + x;
    if (layer == 0)
      from += exponential_layers.edges[1]; /* without memory: begin anew there */
    else if (draw_height(&exponential_layers, layer) < exponential_density(x))
      return from + x;
  }
}

static double draw_triangular(double min, double mode, double max) {
  double u = uniform(), width = max - min, left = mode - min;
  if (u * width < left) return min + sqrt(u * width * left);
  return max - sqrt((1 - u) * width * (max - mode));
}

static double draw_logistic(double location, double scale) {
  double u = uniform();
  return location + scale * log(u / (1 - u));
}

static double draw_uniform(double min, double max) {
  return min + uniform() * (max - min);
}

/* ---- the trial ---- */

enum { MONTHS = 36, OUTPUTS = 5 };
static const char *const names[OUTPUTS] = {"accuracy", "npv", "payback", "retrained", "total"};

typedef struct terms {
  double mu, sigma, discount; /* of the volume; of a month */
} terms;

static void play(const terms *t, double *out[OUTPUTS], size_t trial) {
  double volume = exp(t->mu + t->sigma * draw_normal());
  double wage = draw_triangular(22, 26, 31);
  double accuracy = 0.92 + 0.015 * draw_normal();
  double growth = draw_uniform(0, 0.02);
  double decay = 0.004 * draw_exponential();
  double minutes = 6 * sqrt(draw_exponential()); /* Weibull of shape 2 */
  double setup = draw_logistic(60000, 8000);
  double error_cost = 2 * exp(draw_exponential() / 3); /* Pareto */
  double licence = draw_uniform(2000, 4000);
  double gain = minutes / 60 * wage * 0.1;
  double npv = -setup, total = -setup, factor = 1;
  int payback = 0, retrained = 0;
  for (int month = 1; month <= MONTHS; month++) {
    double share = month < 6 ? 0.1 : month < 18 ? 0.25 : 0.5;
    accuracy -= decay;
    if (accuracy < 0.85) {
      accuracy += 0.05;
      retrained++;
    }
    double answered = volume * (1 + growth * month) * (1 + 0.08 * draw_normal()) * share;
    double wrong = answered * (1 - accuracy);
    double cash = (answered - wrong) * gain - wrong * error_cost - licence;
    if (uniform() < 0.02) cash -= 20000;
    factor *= t->discount;
    npv += cash * factor;
    total += cash;
    if (payback == 0 && total >= 0) payback = month;
  }
  out[0][trial] = accuracy;
  out[1][trial] = npv;
  out[2][trial] = payback;
  out[3][trial] = retrained;
  out[4][trial] = total;
}

/* ---- the answer ---- */

/* Hoare's selection: afterwards v[rank] is what it would be in order, and all before is no more. */
static void select_rank(double *v, size_t count, size_t rank) {
  size_t low = 0, high = count - 1;
  while (low < high) {
    double pivot = v[low + (high - low) / 2];
    size_t i = low, j = high;
    for (;;) {
      while (v[i] < pivot) i++;
      while (pivot < v[j]) j--;
      if (i >= j) break;
      double swapped = v[i];
      v[i++] = v[j];
      v[j--] = swapped;
    }
    if (rank <= j)
      high = j;
    else
      low = j + 1;
  }
}

typedef struct answer {
  double mean, error, percentiles[5];
} answer;

static answer summarise(double *v, size_t count) {
  static const double levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  answer a = {0};
  double squares = 0;
  size_t done = 0;
  for (size_t i = 0; i < count; i++) a.mean += v[i];
  a.mean /= (double)count;
  for (size_t i = 0; i < count; i++) squares += (v[i] - a.mean) * (v[i] - a.mean);
  a.error = sqrt(squares / (double)(count - 1) / (double)count);
  for (int i = 0; i < 5; i++) {
    size_t rank = (size_t)(levels[i] * (double)(count - 1));
    select_rank(v + done, count - done, rank - done);
    a.percentiles[i] = v[rank];
    done = rank;
  }
  return a;
}

static void run(size_t trials, answer answers[OUTPUTS]) {
  const double z95 = 1.6448536269514722;
  terms t = {.mu = (log(80000) + log(150000)) / 2,
             .sigma = (log(150000) - log(80000)) / (2 * z95),
             .discount = 1 / pow(1.08, 1.0 / 12)};
  double *out[OUTPUTS];
  seed_words(1);
  build_layers(&normal_layers, normal_tail, 0.00492867323399, normal_density, normal_inverse);
  build_layers(&exponential_layers, 7.69711747013104972, 0.0039496598225815571993,
               exponential_density, exponential_inverse);
  for (int i = 0; i < OUTPUTS; i++) {
    out[i] = malloc(trials * sizeof *out[i]);
    if (out[i] == NULL) abort();
  }
  for (size_t trial = 0; trial < trials; trial++) play(&t, out, trial);
  for (int i = 0; i < OUTPUTS; i++) {
    answers[i] = summarise(out[i], trials);
    free(out[i]);
  }
}

static double processor_seconds(void) {
  return (double)clock() / CLOCKS_PER_SEC;
}

int main(int argc, char **argv) {
  answer answers[OUTPUTS];
  size_t trials = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 400000;
  double start = processor_seconds();
  if (trials < 2) return 2;
  run(trials, answers);
  double took = processor_seconds() - start;
  if (argc < 2) {
    printf("36 months, 81 draws in plain C, a trial\t%.0f\tns\n", took / (double)trials * 1e9);
    return 0;
  }
  printf("seconds %.6f\n", took);
  for (int i = 0; i < OUTPUTS; i++)
    printf("%s %.17g %.17g\n", names[i], answers[i].mean, answers[i].error);
  return 0;
}
