/* One bytecode instruction on symbols.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_choice.h"
#include "build_ways.h"

/* ---- operands that are numbers with an offset (lopcodes.h of Lua 5.4) ---- */

static int signed_b(uint32_t word) {
  return (int)pil_op_b(word) - 127;
}

static int signed_c(uint32_t word) {
  return (int)pil_op_c(word) - 127;
}

static int signed_bx(uint32_t word) {
  return (int)pil_op_bx(word) - 65535;
}

/* ---- operands ---- */

static pil_symbol get_or_constant(pil_way_frame *f, const pil_way *w, uint32_t word) {
  return pil_op_k(word) ? pil_way_constant(f, pil_op_c(word)) : pil_way_get(f, w, pil_op_c(word));
}

static pil_symbol upvalue(const pil_way_frame *f, unsigned index) {
  pil_symbol s = f->upvalues[index];
  return s.kind == PIL_KNOWN_CELL ? f->b->cells[s.index].value : s;
}

/* ---- branches ---- */

/* A test stands before a jump: where the condition is as `k` says, the jump is taken. */
static pil_outcome test_and_jump(pil_way_frame *f, pil_way *w, pil_operand condition, bool k) {
  uint32_t jump = f->code->code[w->pc + 1];
  uint32_t target = (uint32_t)((int)w->pc + 2 + pil_op_jump(jump)), otherwise = w->pc + 2;
  pil_operand taken = k ? condition : pil_build_not(f->b, condition);
  return pil_way_part(f, w, taken, target, otherwise);
}

static bool watch(pil_way_frame *f, const pil_way *w, const pil_symbol *left, const pil_symbol *right, pil_operand holds) {
  pil_build_watcher *watcher = f->b->watcher;
  return watcher == NULL || watcher->test(watcher, f->b, f->code, w->pc, left, right, holds);
}

static pil_outcome compare(pil_way_frame *f, pil_way *w, pil_comparison_op op, const pil_symbol *left,
                       const pil_symbol *right, bool k) {
  pil_operand condition;
  if (!pil_build_compare(f->b, op, left, right, &condition) || !watch(f, w, left, right, condition)) return ENDED;
  return test_and_jump(f, w, condition, k);
}

static pil_outcome compare_immediate(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol left = pil_way_get(f, w, pil_op_a(word));
  pil_symbol number = pil_op_c(word) ? pil_symbol_float(signed_b(word)) : pil_symbol_integer(signed_b(word));
  bool k = pil_op_k(word);
  switch (pil_op(word)) {
    case PIL_OP_EQI: return compare(f, w, PIL_EQUAL, &left, &number, k);
    case PIL_OP_LTI: return compare(f, w, PIL_LESS, &left, &number, k);
    case PIL_OP_LEI: return compare(f, w, PIL_LESS_EQUAL, &left, &number, k);
    case PIL_OP_GTI: return compare(f, w, PIL_LESS, &number, &left, k);
    default: return compare(f, w, PIL_LESS_EQUAL, &number, &left, k);
  }
}

static pil_outcome test(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol s = pil_way_get(f, w, pil_op_a(word));
  pil_operand truth;
  if (!pil_symbol_truth(f->b, &s, &truth) || !watch(f, w, &s, NULL, truth)) return ENDED;
  return test_and_jump(f, w, truth, pil_op_k(word));
}

/* if R[B] is not as k says then skip, else R[A] = R[B] and jump. */
static pil_outcome test_and_set(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol s = pil_way_get(f, w, pil_op_b(word));
  pil_operand truth;
  if (!pil_symbol_truth(f->b, &s, &truth) || !watch(f, w, &s, NULL, truth)) return ENDED;
  uint32_t jump = f->code->code[w->pc + 1];
  uint32_t target = (uint32_t)((int)w->pc + 2 + pil_op_jump(jump)), otherwise = w->pc + 2;
  pil_operand taken = pil_op_k(word) ? truth : pil_build_not(f->b, truth);
  pil_operand yes = pil_build_and(f->b, w->mask, taken), no = pil_build_andnot(f->b, w->mask, taken);
  if (f->b->stopped) return ENDED;
  if (pil_build_is_none(yes)) {
    w->pc = otherwise;
    return GOES_ON;
  }
  if (!pil_build_is_none(no)) {
    pil_way *other = pil_way_copy(f, w);
    if (other == NULL) return ENDED;
    pil_way_go_to(other, otherwise);
    other->mask = no;
    pil_way_wait(f, other);
    w->mask = f->b->mask = yes;
  }
  pil_way_set(f, w, pil_op_a(word), pil_choice_after_test(f->b, &s, pil_op_k(word)));
  w->pc = target;
  return GOES_ON;
}

/* ---- calls ---- */

static pil_outcome call(pil_way_frame *f, pil_way *w, uint32_t word, bool is_tail) {
  pil_build *b = f->b;
  unsigned a = pil_op_a(word), nb = pil_op_b(word), nc = pil_op_c(word);
  size_t count = nb != 0 ? nb - 1 : w->top - (a + 1), result_count = 0;
  pil_symbol arguments[256], results[PIL_BUILD_RESULTS], function = pil_way_get(f, w, a);
  for (size_t i = 0; i < count && i < 256; i++) arguments[i] = pil_way_get(f, w, a + 1 + (unsigned)i);
  if (!pil_build_call(b, &function, arguments, count, results, &result_count)) return ENDED;
  size_t wanted = is_tail || nc == 0 ? result_count : nc - 1;
  if (a + wanted > (size_t)f->code->register_count + OPEN_RESULTS) {
    pil_build_give_up(b, "a call with too many results");
    return ENDED;
  }
  for (size_t i = 0; i < wanted; i++)
    pil_way_set(f, w, a + (unsigned)i, i < result_count ? results[i] : pil_symbol_nil());
  w->top = a + wanted;
  w->pc++;
  return GOES_ON;
}

static pil_outcome return_from(pil_way_frame *f, pil_way *w, unsigned first, size_t count) {
  pil_way_return(f, w, first, count, false);
  return ENDED;
}

/* return g(x): what g tells of its own place is the place. */
static pil_outcome return_call(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  f->b->asks_place = f->tells_place;
  if (call(f, w, word, true) == ENDED) return ENDED;
  pil_way_return(f, w, a, w->top - a, true);
  return ENDED;
}

/* Moves a local variable to a cell that closures share. Ways that wait in this function share it
 * too, each with its own lanes' value, so that they still hold one thing when they meet. */
static bool share_local(pil_way_frame *f, pil_way *w, unsigned r) {
  pil_build *b = f->b;
  if (!pil_build_grow(b, &b->cells, b->cell_count, &b->cell_capacity, sizeof *b->cells)) return false;
  pil_symbol shared = {.kind = PIL_KNOWN_CELL, .index = (uint32_t)b->cell_count}, value = w->registers[r];
  for (pil_way *other = f->waiting; other != NULL; other = other->next) {
    b->work += PIL_WORK_REGISTER;
    if (other->registers[r].kind == PIL_KNOWN_CELL) continue;
    value = pil_symbol_select(b, other->mask, &other->registers[r], &value);
    other->registers[r] = shared;
  }
  pil_operand made_under = f->waiting == NULL ? w->mask : pil_build_constant_i(-1);
  b->cells[b->cell_count++] = (pil_cell_box){value, made_under};
  w->registers[r] = shared;
  return !b->stopped;
}

static pil_outcome make_closure(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_build *b = f->b;
  const pil_function *code = &f->code->functions[pil_op_bx(word)];
  if (!pil_build_grow(b, &b->closures, b->closure_count, &b->closure_capacity, sizeof *b->closures)) return ENDED;
  pil_symbol *captured = pil_arena_array(b->arena, (size_t)code->upvalue_count + 1, sizeof *captured);
  if (captured == NULL) {
    pil_build_memory(b);
    return ENDED;
  }
  bool has_itself = false; /* local function f … f() … end: its own register is what it has captured */
  for (uint32_t i = 0; i < code->upvalue_count; i++) {
    const pil_upvalue *u = &code->upvalues[i];
    if (!u->in_stack) {
      captured[i] = f->upvalues[u->index];
      continue;
    }
    has_itself = has_itself || u->index == pil_op_a(word);
    pil_symbol *local = &w->registers[u->index];
    if (local->kind != PIL_KNOWN_CELL) {
      if (!share_local(f, w, u->index)) return ENDED;
    }
    captured[i] = *local;
  }
  b->closures[b->closure_count] = (pil_closure){code, captured};
  pil_symbol made = {.kind = PIL_KNOWN_CLOSURE, .index = (uint32_t)b->closure_count++};
  if (has_itself) pil_way_set(f, w, pil_op_a(word), made);
  else w->registers[pil_op_a(word)] = made;
  w->pc++;
  return GOES_ON;
}

/* ---- one instruction ---- */

static pil_outcome store(pil_way_frame *f, pil_way *w, unsigned r, bool good, const pil_symbol *value, uint32_t steps) {
  if (!good) return ENDED;
  pil_way_set(f, w, r, *value);
  w->pc += steps;
  return GOES_ON;
}

static pil_outcome operate(pil_way_frame *f, pil_way *w, pil_opcode op, const pil_symbol *left, const pil_symbol *right,
                       unsigned target) {
  pil_symbol out;
  bool good = pil_build_arithmetic(f->b, op, left, right, &out);
  return store(f, w, target, good, &out, 2); /* over the instruction for metamethods */
}

static pil_outcome arithmetic(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned op = pil_op(word), a = pil_op_a(word);
  pil_symbol left = pil_way_get(f, w, pil_op_b(word)), right;
  if (op == PIL_OP_ADDI) {
    right = pil_symbol_integer(signed_c(word));
    return operate(f, w, PIL_OP_ADD, &left, &right, a);
  }
  if (op == PIL_OP_SHRI) {
    right = pil_symbol_integer(signed_c(word));
    return operate(f, w, PIL_OP_SHR, &left, &right, a);
  }
  if (op == PIL_OP_SHLI) {
    right = pil_symbol_integer(signed_c(word));
    return operate(f, w, PIL_OP_SHL, &right, &left, a);
  }
  if (op >= PIL_OP_ADDK && op <= PIL_OP_BXORK) {
    right = pil_way_constant(f, pil_op_c(word));
    return operate(f, w, (pil_opcode)(PIL_OP_ADD + (op - PIL_OP_ADDK)), &left, &right, a);
  }
  right = pil_way_get(f, w, pil_op_c(word));
  return operate(f, w, (pil_opcode)op, &left, &right, a);
}

static pil_outcome load(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  switch (pil_op(word)) {
    case PIL_OP_MOVE: pil_way_set(f, w, a, pil_way_get(f, w, pil_op_b(word))); break;
    case PIL_OP_LOADI: pil_way_set(f, w, a, pil_symbol_integer(signed_bx(word))); break;
    case PIL_OP_LOADF: pil_way_set(f, w, a, pil_symbol_float(signed_bx(word))); break;
    case PIL_OP_LOADK: pil_way_set(f, w, a, pil_way_constant(f, pil_op_bx(word))); break;
    case PIL_OP_LOADKX: pil_way_set(f, w, a, pil_way_constant(f, f->code->code[++w->pc] >> 7)); break;
    case PIL_OP_LOADFALSE: pil_way_set(f, w, a, pil_symbol_bool(false)); break;
    case PIL_OP_LFALSESKIP:
      pil_way_set(f, w, a, pil_symbol_bool(false));
      w->pc++;
      break;
    case PIL_OP_LOADTRUE: pil_way_set(f, w, a, pil_symbol_bool(true)); break;
    case PIL_OP_GETUPVAL: pil_way_set(f, w, a, upvalue(f, pil_op_b(word))); break;
    default:
      f->b->work += PIL_WORK_REGISTER * pil_op_b(word);
      for (unsigned r = a; r <= a + pil_op_b(word); r++) pil_way_set(f, w, r, pil_symbol_nil());
  }
  w->pc++;
  return GOES_ON;
}

static pil_outcome read_table(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned op = pil_op(word), c = pil_op_c(word);
  pil_symbol table = op == PIL_OP_GETTABUP ? upvalue(f, pil_op_b(word)) : pil_way_get(f, w, pil_op_b(word));
  pil_symbol key = op == PIL_OP_GETTABLE ? pil_way_get(f, w, c)
                   : op == PIL_OP_GETI   ? pil_symbol_integer(c)
                   : op == PIL_OP_SELF   ? get_or_constant(f, w, word)
                                         : pil_way_constant(f, c);
  pil_symbol out;
  bool good = pil_build_get(f->b, &table, &key, &out);
  if (good && op == PIL_OP_SELF) pil_way_set(f, w, pil_op_a(word) + 1, table);
  return store(f, w, pil_op_a(word), good, &out, 1);
}

static pil_outcome write_table(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned op = pil_op(word), key_index = pil_op_b(word);
  if (op == PIL_OP_SETTABUP) {
    pil_build_give_up(f->b, "a write to a global variable");
    return ENDED;
  }
  pil_symbol table = pil_way_get(f, w, pil_op_a(word)), value = get_or_constant(f, w, word);
  pil_symbol key = op == PIL_OP_SETTABLE ? pil_way_get(f, w, key_index)
                   : op == PIL_OP_SETI   ? pil_symbol_integer(key_index)
                                         : pil_way_constant(f, key_index);
  if (!pil_build_set(f->b, &table, &key, &value)) return ENDED;
  w->pc++;
  return GOES_ON;
}

static pil_outcome set_list(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  size_t count = pil_op_b(word) != 0 ? pil_op_b(word) : w->top - (a + 1);
  int64_t before = pil_op_c(word);
  if (pil_op_k(word)) before += (int64_t)(f->code->code[++w->pc] >> 7) * 256;
  pil_symbol table = pil_way_get(f, w, a);
  for (size_t i = 0; i < count; i++) {
    pil_symbol key = pil_symbol_integer(before + (int64_t)i + 1), value = pil_way_get(f, w, a + 1 + (unsigned)i);
    if (!pil_build_set(f->b, &table, &key, &value)) return ENDED;
  }
  w->pc++;
  return GOES_ON;
}

static pil_outcome unary(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol s = pil_way_get(f, w, pil_op_b(word)), out;
  pil_operand truth;
  bool good;
  switch (pil_op(word)) {
    case PIL_OP_UNM: good = pil_build_negate(f->b, &s, &out); break;
    case PIL_OP_BNOT: good = pil_build_bitwise_not(f->b, &s, &out); break;
    case PIL_OP_LEN: good = pil_build_length(f->b, &s, &out); break;
    default:
      good = pil_symbol_truth(f->b, &s, &truth);
      if (good) out = pil_symbol_mask(pil_build_not(f->b, truth));
  }
  return store(f, w, pil_op_a(word), good, &out, 1);
}

static pil_outcome concatenate(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol parts[256], out;
  unsigned a = pil_op_a(word), count = pil_op_b(word);
  for (unsigned i = 0; i < count; i++) parts[i] = pil_way_get(f, w, a + i);
  bool good = pil_build_concat(f->b, parts, count, &out);
  return store(f, w, a, good, &out, 1);
}

static pil_outcome write_upvalue(pil_way_frame *f, pil_way *w, uint32_t word) {
  const pil_symbol *target = &f->upvalues[pil_op_b(word)];
  pil_symbol value = pil_way_get(f, w, pil_op_a(word));
  if (target->kind != PIL_KNOWN_CELL) {
    pil_build_give_up(f->b, "a write to a variable from outside the trial");
    return ENDED;
  }
  pil_build_set_cell(f->b, target->index, &value);
  w->pc++;
  return GOES_ON;
}

static pil_outcome new_table(pil_way_frame *f, pil_way *w, uint32_t word) {
  pil_symbol out;
  bool good = pil_build_object(f->b, &out);
  return store(f, w, pil_op_a(word), good, &out, 2); /* over the EXTRAARG with its sizes */
}

static pil_outcome jump(pil_way *w, uint32_t word) {
  w->pc = (uint32_t)((int)w->pc + 1 + pil_op_jump(word));
  return GOES_ON;
}

pil_outcome pil_way_step(pil_way_frame *f, pil_way *w) {
  uint32_t word = f->code->code[w->pc];
  unsigned op = pil_op(word), a = pil_op_a(word);
  pil_symbol left, right;
  if (op >= PIL_OP_ADDI && op <= PIL_OP_SHR) return arithmetic(f, w, word);
  if (op >= PIL_OP_EQI && op <= PIL_OP_GEI) return compare_immediate(f, w, word);
  if (op >= PIL_OP_GETTABUP && op <= PIL_OP_GETFIELD) return read_table(f, w, word);
  if (op >= PIL_OP_SETTABUP && op <= PIL_OP_SETFIELD) return write_table(f, w, word);
  if (op <= PIL_OP_GETUPVAL) return load(f, w, word);
  switch (op) {
    case PIL_OP_SETUPVAL: return write_upvalue(f, w, word);
    case PIL_OP_NEWTABLE: return new_table(f, w, word);
    case PIL_OP_SELF: return read_table(f, w, word);
    case PIL_OP_UNM:
    case PIL_OP_BNOT:
    case PIL_OP_NOT:
    case PIL_OP_LEN: return unary(f, w, word);
    case PIL_OP_CONCAT: return concatenate(f, w, word);
    case PIL_OP_CLOSE:
      pil_way_close(f, w, a);
      w->pc++;
      return GOES_ON;
    case PIL_OP_JMP: return jump(w, word);
    case PIL_OP_EQ:
    case PIL_OP_LT:
    case PIL_OP_LE:
      left = pil_way_get(f, w, a), right = pil_way_get(f, w, pil_op_b(word));
      return compare(f, w, op == PIL_OP_EQ ? PIL_EQUAL : op == PIL_OP_LT ? PIL_LESS : PIL_LESS_EQUAL, &left,
                     &right, pil_op_k(word));
    case PIL_OP_EQK:
      left = pil_way_get(f, w, a), right = pil_way_constant(f, pil_op_b(word));
      return compare(f, w, PIL_EQUAL, &left, &right, pil_op_k(word));
    case PIL_OP_TEST: return test(f, w, word);
    case PIL_OP_TESTSET: return test_and_set(f, w, word);
    case PIL_OP_CALL: return call(f, w, word, false);
    case PIL_OP_TAILCALL: return return_call(f, w, word);
    case PIL_OP_RETURN: return return_from(f, w, a, pil_op_b(word) != 0 ? pil_op_b(word) - 1 : w->top - a);
    case PIL_OP_RETURN0: return return_from(f, w, a, 0);
    case PIL_OP_RETURN1: return return_from(f, w, a, 1);
    case PIL_OP_FORLOOP: return pil_way_loop(f, w, word);
    case PIL_OP_FORPREP: return pil_way_prepare_loop(f, w, word);
    case PIL_OP_TFORPREP: w->pc += 1 + pil_op_bx(word); return GOES_ON;
    case PIL_OP_TFORCALL: return pil_way_loop_over(f, w, word, f->code->code[w->pc + 1]);
    case PIL_OP_SETLIST: return set_list(f, w, word);
    case PIL_OP_CLOSURE: return make_closure(f, w, word);
    case PIL_OP_VARARGPREP: w->pc++; return GOES_ON;
    case PIL_OP_VARARG: return pil_way_extra(f, w, word);
    default:
      pil_build_give_up(f->b, "an instruction that lanes do not know");
      return ENDED;
  }
}

