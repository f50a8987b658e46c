// What kind of app an integration is, in words. Definitions name kinds freely, mostly in snake_case.

const known: Record<string, string> = {
    ats: 'Recruiting',
    crm: 'CRM',
    ecommerce: 'E-commerce',
    email: 'E-mail',
    erp: 'ERP',
    helpdesk: 'Help desk',
    hr: 'HR',
    hris: 'HR',
    idp: 'Sign-in',
    lms: 'Learning',
    pos: 'Point of sale',
    psa: 'Services',
};
/** Within longer names. */
const capitals = new Set(['ai', 'api', 'bi', 'cms', 'crm', 'erp', 'hr', 'it', 'pim', 'pos', 'sms', 'voip']);

/** "helpdesk" becomes "Help desk", "sms_marketing" "SMS marketing"; empty without a category. */
export function categoryLabel(category: string | null): string {
    const words = (category ?? '').split(/[\s_-]+/).filter((word) => word !== '');
    const key = words.join('').toLowerCase();
    if (Object.hasOwn(known, key)) return known[key] ?? '';
    const said = words.map((word) => (capitals.has(word.toLowerCase()) ? word.toUpperCase() : word)).join(' ');
    return said.charAt(0).toUpperCase() + said.slice(1);
}
