/* Made by make_risk_coverage.py. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GOLDEN_RISK_COVERAGE_H
#define TESTS_GOLDEN_RISK_COVERAGE_H
#include <stddef.h>
/* Confidence ~ Beta(8, 2), error probability (1 - c) / 2: the risk at coverages 0.1, 0.2, ... 1, and the area. */
static const double golden_beta_risks[] = {
  0x1.3f5587c2b5364p-6,
  0x1.dbbd19f2c822fp-6,
  0x1.30d23df711761p-5,
  0x1.6f70203700a85p-5,
  0x1.acc310f3b94c3p-5,
  0x1.eada0879deac1p-5,
  0x1.15d804946626dp-4,
  0x1.38f506c6ea932p-4,
  0x1.6145f5e163914p-4,
  0x1.999999999999ap-4};
static const double golden_beta_area = 0x1.ae8022228c6f4p-5;
enum { GOLDEN_GRADED = 14, GOLDEN_COVERAGES = 3 };
static const double golden_coverages[GOLDEN_COVERAGES] = {0.25, 0.6, 1};
typedef struct golden_risk {
  size_t count;
  double graded[GOLDEN_GRADED][3]; /* confidence, wrong, weight */
  double area, area_error;
  double risks[GOLDEN_COVERAGES], errors[GOLDEN_COVERAGES];
} golden_risk;
static const golden_risk golden_risks[] = {
  {4, {{0x1.ccccccccccccdp-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.999999999999ap-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.6666666666666p-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.3333333333333p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0}},
   0x1.230f673185b52p-2, 0x1.2afae4deff1a8p-2,
   {0x0.0p+0, 0x1.aaaaaaaaaaaabp-2, 0x1.0000000000000p-1},
   {0x1.c51cf8f954f98p-2, 0x1.82e706ca04d1fp-2, 0x1.279a74590331cp-2}},
  {3, {{0x1.0000000000000p-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.0000000000000p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.0000000000000p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0}},
   0x1.5555555555555p-1, 0x1.5555555555555p-2,
   {0x1.5555555555555p-1, 0x1.5555555555555p-1, 0x1.5555555555555p-1},
   {0x1.5555555555555p-1, 0x1.b8a8d0f62f0c2p-2, 0x1.5555555555555p-2}},
  {2, {{0x1.ccccccccccccdp-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.999999999999ap-4, 0x0.0p+0, 0x1.8000000000000p+1}},
   0x1.317217f7d1cf8p-1, 0x1.0a2b23f3bab73p-1,
   {0x1.0000000000000p+0, 0x1.aaaaaaaaaaaabp-2, 0x1.0000000000000p-2},
   {0x1.d72d537ae524ap-1, 0x1.3711e6cff0619p-1, 0x1.8000000000000p-2}},
  {12, {{0x1.3eecf89059360p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.97239c6c3047fp-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.ae421bddccc2fp-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.4c46648351904p-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.cfb10ebe5bb28p-4, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.bca4e20fc7d96p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.1667d2c686bfap-1, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.adb9cbb2edb00p-7, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.a1f259a3c6140p-2, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.d52b387784732p-1, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
       {0x1.46de92c30d8b4p-3, 0x0.0p+0, 0x1.0000000000000p+0},
       {0x1.1c32179e30690p-3, 0x1.0000000000000p+0, 0x1.0000000000000p+0}},
   0x1.1f46cde8767dbp-1, 0x1.7bb58711212c8p-3,
   {0x1.5555555555555p-1, 0x1.aaaaaaaaaaaabp-2, 0x1.aaaaaaaaaaaabp-2},
   {0x1.3deb028c5b913p-2, 0x1.8a90fa3159dfep-3, 0x1.306de3b35a737p-3}},
  {14, {{0x1.0000000000000p-2, 0x1.0ed44b0074510p-3, 0x1.0000000000000p+1},
       {0x0.0p+0, 0x1.acf777c60a3c8p-3, 0x0.0p+0},
       {0x1.0000000000000p-2, 0x1.eb95c77edffccp-1, 0x1.0000000000000p+1},
       {0x1.0000000000000p-2, 0x1.beac3b0aa7ae8p-1, 0x1.0000000000000p+1},
       {0x1.0000000000000p-1, 0x1.412dd2fb11b5ep-2, 0x1.0000000000000p+1},
       {0x1.0000000000000p-2, 0x1.1415193812552p-1, 0x1.8000000000000p+1},
       {0x1.0000000000000p-2, 0x1.740eb3f0e3cd8p-3, 0x1.0000000000000p+1},
       {0x1.0000000000000p-2, 0x1.eee1847dc423ap-1, 0x1.0000000000000p+0},
       {0x1.8000000000000p-1, 0x1.31f5b782c2d00p-2, 0x1.8000000000000p+1},
       {0x1.0000000000000p-1, 0x1.a8dd4e153e0c4p-2, 0x1.8000000000000p+1},
       {0x1.0000000000000p-2, 0x1.0e24b788567f8p-2, 0x1.0000000000000p+0},
       {0x1.0000000000000p-1, 0x1.34977ae8a092cp-2, 0x0.0p+0},
       {0x1.0000000000000p+0, 0x1.2c1ab500376ddp-1, 0x1.0000000000000p+1},
       {0x1.0000000000000p+0, 0x1.5b1a32ad4a90ep-1, 0x0.0p+0}},
   0x1.d151ee1fd30cap-2, 0x1.01e3c302262b3p-4,
   {0x1.a26828a7ba0cdp-2, 0x1.bf4bf6fcdc2bcp-2, 0x1.ed5f5828d1033p-2},
   {0x1.6ad9f434a38c3p-4, 0x1.637da252393d5p-4, 0x1.4d57ec5d00687p-4}},
  {10, {{-0x1.7d793a686f6fcp+1, 0x1.76c04d74b5b2ap-5, 0x1.a34a0e768ba30p-21},
       {-0x1.09385d875bb99p-1, 0x1.5300c166503edp-3, 0x1.8a61e3d821a5ap-22},
       {-0x1.15ddb850cde85p-1, 0x1.b4bc6effa2aa7p-5, 0x1.3dae6c945ffa1p-22},
       {-0x1.d71f80fa6de04p+0, 0x1.7c50971b1ff26p-4, 0x1.d0e7b995fed50p-22},
       {-0x1.3aecadc237e24p+0, 0x1.f0eae9d2eb7b2p-3, 0x1.069f1d8500411p-20},
       {-0x1.8b3a9ea4f6ee7p+1, 0x1.b9fbb965409b3p-10, 0x1.bfb6f519fae0cp-23},
       {-0x1.2141eb54f672dp-2, 0x1.19c6fbbddb947p-1, 0x1.1359b2a9ef1c1p-21},
       {-0x1.3d9524d54c1e3p-1, 0x1.13ad74deebc7ep-3, 0x1.855dbc1832dcbp-22},
       {-0x1.1db9b6810af38p+1, 0x1.02c18d7f512efp-6, 0x1.3e3f695c8d30bp-23},
       {-0x1.3e324ab2a4835p-1, 0x1.a41c3d54664c1p-3, 0x1.2801586adf8ecp-22}},
   0x1.32d4917190defp-2, 0x1.99e8ca6fc330cp-4,
   {0x1.4c958a677f6f4p-2, 0x1.01d5bff4659c6p-2, 0x1.6e32ca0076d12p-3},
   {0x1.42bbb84c075ffp-3, 0x1.3970c869ec823p-4, 0x1.d48c67f00b69fp-5}}};
#endif
