/* Where the shipped scripts stand.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_SHIPPED_H
#define PIL_SCENARIO_SHIPPED_H

/* "…/scripts" of the source tree that the running program stands in, else PREFIX/share/pilotage/scripts.
 * Never NULL; valid for ever. Safe from any thread. */
const char *pil_shipped_folder(void);

#endif
