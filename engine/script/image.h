/* Taking the image of what a script's function can reach, for the lane program. Private to this
 * folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_IMAGE_H
#define PIL_SCRIPT_IMAGE_H

#include "../lanes/image.h"
#include "program.h"

/* Notes every C function of the libraries under its name ("math.exp", "ipairs"), before a script
 * can put others in their places. Protected. */
void pil_image_note_builtins(lua_State *L);

/* The image of a program that is loaded and frozen; in `arena`, and of use after the program is
 * gone. A table or function is one node however often it is met. A script that leaves little
 * of its memory can still be imaged: what the image needs is not the guest's. NULL when out of
 * memory. */
const pil_image *pil_script_image_new(pil_arena *arena, pil_script_program *program,
                                      pil_error *error);

#endif
