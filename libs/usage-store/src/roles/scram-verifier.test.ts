import { scramVerifier } from './scram-verifier.ts';

describe('a SCRAM verifier', () => {
  // RFC 7677, section 3: user «user», password «pencil». The keys were derived with Python's hashlib.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

  it('is what Postgres would store of the password', () => {
    expect(scramVerifier('pencil', salt)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('is another one each time, since the salt is', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
  });

  it('does not hold the password', () => {
    expect(scramVerifier('pencil')).not.toContain('pencil');
  });
});
