import { Button as AriaButton } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { words } from '../words.ts';
import { MoreIcon } from './icons.tsx';

export interface MenuAction {
    label: string;
    isDanger?: boolean;
    onAction: () => void;
}

/** What is done seldom. */
export function MoreMenu({ actions }: { actions: MenuAction[] }) {
    if (actions.length === 0) return null;
    return (
        <MenuTrigger>
            <AriaButton className="button button-secondary button-more" aria-label={words.parts.more}>
                <MoreIcon />
            </AriaButton>
            <Popover className="menu" placement="bottom end">
                <Menu>
                    {actions.map(({ label, isDanger = false, onAction }) => (
                        <MenuItem
                            key={label}
                            className={isDanger ? 'menu-item menu-danger' : 'menu-item'}
                            onAction={onAction}
                        >
                            {label}
                        </MenuItem>
                    ))}
                </Menu>
            </Popover>
        </MenuTrigger>
    );
}
