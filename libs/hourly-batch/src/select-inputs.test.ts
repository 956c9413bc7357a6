import { ArchiveListingError } from './errors.ts';
import { HourBeingErasedError, selectInputs } from './select-inputs.ts';
import { aFile, aManifest, HOUR } from './testing/an-hour.ts';

describe('the input files of an hour', () => {
  const first = aFile();
  const second = aFile({ path: 'second.parquet' });

  it('are those of the first reading of the manifest', () => {
    const before = aManifest({ files: [first] });
    const after = aManifest({ files: [first, second] });
    const inputs = selectInputs(HOUR, { before, listed: [first, second], after });
    expect(inputs).toEqual({ isForeign: false, files: [first] });
  });

  it('do not include a listed file that only an open intent names', () => {
    const manifest = aManifest({ files: [first], intendedPaths: [second.path] });
    expect(selectInputs(HOUR, { before: manifest, listed: [first, second], after: manifest }).files).toEqual([first]);
  });

  it('are refused when one of them is missing', () => {
    const manifest = aManifest({ files: [first, second] });
    const select = () => selectInputs(HOUR, { before: manifest, listed: [first], after: manifest });
    expect(select).toThrow('second.parquet is missing');
  });

  it('are refused when one of them has another size', () => {
    const manifest = aManifest({ files: [first] });
    const truncated = { ...first, sizeBytes: 999 };
    const select = () => selectInputs(HOUR, { before: manifest, listed: [truncated], after: manifest });
    expect(select).toThrow(`${first.path} has 999 bytes instead of 1000`);
  });

  it('are refused when neither manifest nor intents name a listed file, and all problems are reported at once', () => {
    const before = aManifest({ files: [first, second], intendedPaths: ['third.parquet'] });
    const after = aManifest({ files: [first, second] });
    const listed = [first, { path: 'third.parquet', sizeBytes: 1 }];
    const select = () => selectInputs(HOUR, { before, listed, after });
    expect(select).toThrow(/second\.parquet is missing; third\.parquet is known neither/);
  });

  it.each([
    ['replaces', aFile({ isBeingErased: true })],
    ['has replaced', aFile({ sizeBytes: 999, checksum: 'beef' })],
  ])('are refused for a passing reason when an erasure %s one of them between the two readings', (_, current) => {
    const [before, after] = [aManifest({ files: [first] }), aManifest({ files: [current] })];
    const select = () => selectInputs(HOUR, { before, listed: [{ ...first, sizeBytes: 999 }], after });
    expect(select).toThrow(HourBeingErasedError);
  });

  it('are refused as wrong, not as being erased, when one file is being erased and another one is missing', () => {
    const manifest = aManifest({ files: [{ ...first, isBeingErased: true }, second] });
    const select = () => selectInputs(HOUR, { before: manifest, listed: [first], after: manifest });
    expect(select).toThrow(ArchiveListingError);
  });
});

describe('the input files of a foreign archive', () => {
  const unknown = aManifest({ files: [], isForeign: true });
  const listed = [{ path: 'part-0.parquet', sizeBytes: 1 }];

  it('are all listed files', () => {
    expect(selectInputs(HOUR, { before: unknown, listed, after: unknown })).toEqual({ isForeign: true, files: listed });
  });

  it('are empty when the first file of our own appears between the readings', () => {
    const after = aManifest({ files: [aFile()] });
    expect(selectInputs(HOUR, { before: unknown, listed: [aFile()], after })).toEqual({ isForeign: false, files: [] });
  });
});
