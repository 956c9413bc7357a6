import { untilDone } from '../faults/operator.ts';
import { newStreamTopic } from '../system/system.ts';
import { dieAt, feed, killAtWork, type Phase, savedOf } from './phase.ts';

/** Partitions of the new topic: not as many as the former one has. */
const PARTITIONS = 7;

/**
 * The producers go over to another topic, the workers read the former one to its end, and a command that is killed before and
 * after its step moves the stream. Workers with the settings of the former topic are refused from then on.
 */
export const movedStream: Phase = {
  name: 'the stream moved to another topic by a command that is killed and run again',
  async run(system, options) {
    const { workers, topics, services } = system;
    const next = await newStreamTopic(services, `${system.topic.name}-moved`, PARTITIONS);
    const { name } = next.topic;
    const command = ['move-stream', `--to-topic=${name}`, `--to-group=${name}`, '--by=chaos'];
    const refused = workers.expect('OTHER_STREAM');
    await feed(system, options);
    workers.kill(options.chance.integer(0, 2), 1);
    await dieAt(system, command, { moment: 'before', step: 'stream-move', call: 1 });
    await dieAt(system, command, { moment: 'after', step: 'stream-move', call: 1 });
    workers.kill(options.chance.integer(0, 2), 1);
    await untilDone(system, command);
    topics.push(next);
    const saved = await savedOf(system);
    // Their successors have the settings of the next topic.
    workers.kill(0, workers.size);
    await feed(system, options);
    await killAtWork(system, saved, options);
    refused.over();
  },
};
