import { responseMemory } from '../received/response-memory.ts';
import { FetchedResponse, FetchedSet } from './fetched-set.ts';

describe('the sets of a fetch', () => {
  it('keep the response in memory until the last of them is released', () => {
    const response = new FetchedResponse(responseMemory(10_000));
    const [first, second] = [1, 2].map((part) => {
      return new FetchedSet(response.bytes.subarray(part, 5_000 * part), [], response);
    });
    first?.release();
    expect(second?.bytes).toHaveLength(9_998);
    second?.release();
    expect(second?.bytes).toHaveLength(0);
    expect(response.bytes).toHaveLength(0);
  });
});
