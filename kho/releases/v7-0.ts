import type { Release } from '../release.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { V6_19 } from './v6-19.ts';

/** Linux 7.0: state that files share (cab056f2aae7), and headers that say what is ABI. */
export const V7_0: Release = {
  ...V6_19,
  name: '7.0',
  title: 'Linux 7.0',
  saysRefusalError: false,
  preserve: { refusesScratch: true, splitsAtNodes: false, losesVmallocErrors: false },
  liveUpdate: {
    keepsRetrieveErrors: true,
    refusesTwice: false,
    registersAnyTime: false,
    countsIncomingFlbs: false,
    skipsReturningKexec: false,
    hasGetName: false,
  },
  formats: withEntries(V6_19.formats, 'name', [
    { name: 'LUO/session', format: 'luo-session-v2', onMismatch: 'panic' },
    { name: 'LUO/flb', format: 'luo-flb-v1', onMismatch: 'panic' },
  ]),
  api: apiOf('7.0'),
  defects: [
    'vmalloc-order-unset',
    'subtree-half-made',
    'out-fdt-frozen',
    'session-lost-on-close',
    'sessions-unlocked-at-reboot',
  ],
};
