// The service that runs beside a command, if one does: asked over its control socket.
import { controlPlaces } from '../control/wire.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { askedService, type AtService } from '../service/asked.ts';
import type { Frame } from './output.ts';

/** What the running service knows and does. Throws MailError `config`. */
export async function serviceBeside(frame: Pick<Frame, 'config' | 'around'>): Promise<AtService> {
  const config = await frame.config();
  return askedService(controlPlaces(frame.around.env, config.data, 'command'), () => config, systemClock);
}
