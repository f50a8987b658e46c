import { useId, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { isLong, legible, legibleLine } from './words.ts';

/** What somebody else wrote, on one line: always in a box, which words of the page never have. */
export function Value({ children }: { children: string }) {
    return <bdi className="value">{legibleLine(children)}</bdi>;
}

/** A word of the page where a value could stand. */
export function Word({ children }: { children: string }) {
    return <span className="word">{children}</span>;
}

/** What somebody else wrote, as they wrote it; if it is long, the rest is behind a button. */
export function Text({ children }: { children: string }) {
    const [isOpen, setIsOpen] = useState(false);
    const id = useId();
    const text = legible(children);
    const isFolded = isLong(text) && !isOpen;
    return (
        <>
            <div className={isFolded ? 'text text-folded' : 'text'} id={id}>
                {text}
            </div>
            {isLong(text) && (
                <AriaButton
                    className="fold"
                    aria-expanded={isOpen}
                    aria-controls={id}
                    onPress={() => setIsOpen(!isOpen)}
                >
                    {isOpen ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
                </AriaButton>
            )}
        </>
    );
}
