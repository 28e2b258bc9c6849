// compile_commands.json, by which clangd and its like understand a driver.
import { dirname } from 'node:path';
import type { DriverFile } from '../index.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import { Toolchain, type ToolchainOptions } from './toolchain.ts';

/** An entry of the file. */
export interface CompileCommand {
  readonly directory: string;
  readonly file: string;
  readonly arguments: readonly string[];
}

/** How each driver is compiled for a release. */
export function compileCommands(
  release: string,
  drivers: readonly DriverFile[],
  options: Omit<ToolchainOptions, 'cacheFolder'> & Partial<ToolchainOptions>,
): readonly CompileCommand[] {
  const toolchain = new Toolchain({ cacheFolder: defaultCacheFolder(), ...options });
  return drivers.map((driver) => ({
    directory: dirname(driver.path),
    file: driver.path,
    arguments: toolchain.commandFor(release, driver),
  }));
}
