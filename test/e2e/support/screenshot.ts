import { CHANNEL_ENV, Channel } from '../host/channel.ts';
import { until } from './until.ts';

/**
 * Takes a picture of the whole editor as `<name>.png`, with hyphens for what is no file name, in
 * the folder that KHO_E2E_SHOT names. Does nothing without it, and in a desktop editor, which no
 * test can look at from outside.
 */
export async function screenshot(name: string): Promise<void> {
  const folder = process.env[CHANNEL_ENV];
  if (folder === undefined || process.env.KHO_E2E_SHOT === undefined) return;
  const channel = new Channel(folder);
  const file = name.replace(/[^\w.-]+/g, '-');
  channel.requestPicture(file);
  await until(`a picture of ${name}`, () => channel.isPictureTaken(file));
}
