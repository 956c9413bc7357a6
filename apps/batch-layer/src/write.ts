/** Takes a part of what a command has to say: its results, for people and pipes. */
export type Write = (text: string) => void;
