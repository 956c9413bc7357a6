import { scramVerifier } from './login-role.ts';

describe('a SCRAM verifier', () => {
  // RFC 7677, section 3, with user «user» and password «pencil». Python's hashlib derived the keys.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

  it('equals the one that Postgres would store for the password', () => {
    expect(scramVerifier('pencil', salt)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('differs each time because of the random salt', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
  });

  it('does not contain the password', () => {
    expect(scramVerifier('pencil')).not.toContain('pencil');
  });
});
