/* Numbers for people: only digits that the Monte Carlo error justifies.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_NUMBER_H
#define PIL_STATISTICS_NUMBER_H

enum { PIL_NUMBER_BYTES = 96 };

/* All write at most PIL_NUMBER_BYTES to `to`, NUL included, and return `to`. +inf is "never",
 * -inf "-inf", NaN "-". A comma every three digits; no exponent for 1e-9 <= |value| < 1e15. */

/* `value` to the decimal place of the second significant digit of `error`: (1234567, 3210)
 * -> "1,234,600". error 0: exact (whole numbers in full, others to 15 digits without trailing
 * zeros). error NaN, infinite or negative: unknown, four significant digits. */
char *pil_number_format(double value, double error, char *to);

/* "1,234,600 ± 3,200"; without " ± …" where the error is 0 or unknown or value not finite. */
char *pil_number_pair(double value, double error, char *to);

/* A share as a percentage, "83.4%"; value and error as shares of 1. */
char *pil_number_percent(double share, double error, char *to);

/* The same for a reader of tables: one decimal, and more only where the share is rare or nearly
 * certain, never more than the error justifies. */
char *pil_number_share(double share, double error, char *to);

/* "95.1% (94.6% to 95.5%)", from the bounds of a 95 % interval. */
char *pil_number_chance(double probability, double low, double high, char *to);

/* The shortest of 15 to 17 significant digits that reads back as the same double, without
 * separators; "inf", "-inf", "nan". */
char *pil_number_exact(double value, char *to);

#endif
