/* Made by make_erlang.py. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GOLDEN_ERLANG_H
#define TESTS_GOLDEN_ERLANG_H
typedef struct golden_erlang {
  double load;
  unsigned servers;
  double handling, target, b, c, within, wait;
} golden_erlang;
static const golden_erlang golden_erlangs[] = {
  {0x1.4000000000000p+3, 14, 180.0, 20.0, 0x1.d1766154380c4p-5, 0x1.649f487fd7013p-3, 0x1.c6d5d04f8db68p-1, 0x1.f57ffdf3c659bp+2},
  {0x1.0000000000000p+3, 10, 1.0, 0.0, 0x1.f252df429b926p-4, 0x1.a3001f175f4eap-2, 0x1.2e7ff0745058bp-1, 0x1.a3001f175f4eap-3},
  {0x1.0000000000000p-1, 1, 3.0, 2.0, 0x1.5555555555555p-2, 0x1.0000000000000p-1, 0x1.4891676e868aep-1, 0x1.8000000000000p+1},
  {0x1.0c6f7a0b5ed8dp-20, 3, 4.0, 1.0, 0x1.8987b7b1d859bp-63, 0x1.8987c04aa03dep-63, 0x1.0000000000000p+0, 0x1.065a85ecf036bp-62},
  {0x1.3ff7ced916873p+3, 10, 5.0, 60.0, 0x1.b75ece50436eap-3, 0x1.ffd0077e7e97cp-1, 0x1.92b73ae36d924p-7, 0x1.3862b892f5828p+12},
  {0x1.b900000000000p+6, 120, 6.0, 1.0, 0x1.d53e28eecd9e0p-6, 0x1.10a7b368c7e38p-2, 0x1.e527cfdeaef58p-1, 0x1.4f9352f71d66cp-3},
  {0x1.f400000000000p+9, 1010, 6.0, 0.5, 0x1.35a91435ca2b8p-6, 0x1.522fd3dc33a20p-1, 0x1.6d064ce9425a0p-1, 0x1.95d2fe3b7128cp-2},
  {0x1.3880000000000p+12, 5020, 2.5, 0.25, 0x1.204f405e3c289p-7, 0x1.6163a90fa7f5ep-1, 0x1.d02c88972b7eap-1, 0x1.6163a90fa7f5ep-4},
  {0x0.0p+0, 2, 5.0, 1.0, 0x0.0p+0, 0x0.0p+0, 0x1.0000000000000p+0, 0x0.0p+0}};
#endif
