#include "ratelimit/vendors.hpp"

#include "base/encoding.hpp"
#include "documents/source.hpp"
#include "node.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace sluice::ratelimit {
namespace {

#include "embedded_files.hpp"

constexpr std::size_t kMaxText = 300;
constexpr std::size_t kMaxHosts = 16;
constexpr std::size_t kMaxVendors = 1000;

constexpr std::array<std::pair<std::string_view, Vendor::Known>, 3> kKnown{{
    {"confirmed", Vendor::Known::confirmed},
    {"secondary", Vendor::Known::secondary},
    {"general", Vendor::Known::general},
}};

/// Only a mistake of ours can fail here, and a test finds it.
[[noreturn]] void fail(Error const& error)
{
    throw std::logic_error("the vendors of ratelimit: " + error.public_detail());
}

struct Entry {
    Vendor vendor;
    json::value rule; ///< Null, a block, or the name of the vendor that has the same.
};

std::string text_at(Node const& entry, std::string_view name)
{
    auto const text = entry.member(name);
    return text ? text->text(kMaxText) : std::string();
}

Vendor::Known known_at(Node const& entry)
{
    auto const known = entry.required("known");
    auto const* found =
        std::ranges::find(kKnown, known ? known->text(kMaxText) : "", &decltype(kKnown)::value_type::first);
    if (found != kKnown.end())
        return found->second;
    entry.fail_at("known", "must be confirmed, secondary or general");
    return Vendor::Known::general;
}

Entry read_entry(Node const& node, json::value const& value)
{
    Entry entry;
    auto& vendor = entry.vendor;
    if (!node.is_object_of({"name", "label", "known", "source", "hosts", "note", "rate_limit"}))
        return entry;
    vendor.name = text_at(node, "name");
    vendor.label = text_at(node, "label");
    vendor.known = known_at(node);
    vendor.source = text_at(node, "source");
    vendor.note = text_at(node, "note");
    if (auto const hosts = node.member("hosts"))
        for (auto const& host : hosts->elements(kMaxHosts))
            vendor.hosts.push_back(host.text(kMaxText));
    if (vendor.name.empty() || vendor.label.empty())
        node.fail("must have a name and a label");
    if (auto const* rule = value.get_object().if_contains("rate_limit"))
        entry.rule = *rule;
    return entry;
}

void read_file(EmbeddedFile const& file, std::vector<Entry>& entries)
{
    auto const source = documents::read_source(std::string(file.name), file.text);
    if (!source)
        fail(source.error());
    std::vector<FieldFailure> failures;
    auto const nodes = Node(source->root, std::string(file.name), failures).elements(kMaxVendors);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        entries.push_back(read_entry(nodes[i], source->root.get_array()[i]));
    if (!failures.empty())
        fail(Error{std::move(failures)});
}

/// Rules that are written out first, so that the others can name their vendors.
void set_rules(std::vector<Entry>& entries)
{
    for (auto& [vendor, block] : entries) {
        if (!block.is_object())
            continue;
        auto rule = Rule::parse(block, vendor.name);
        if (!rule)
            fail(rule.error());
        vendor.rule = std::make_shared<Rule const>(*std::move(rule));
    }
    for (auto& [vendor, name] : entries) {
        if (!name.is_string())
            continue;
        auto const other = std::ranges::find(entries, std::string_view(name.get_string()),
                                             [](Entry const& entry) { return std::string_view(entry.vendor.name); });
        if (other == entries.end() || other->vendor.rule == nullptr)
            fail(invalid(vendor.name, "names a vendor without a rule"));
        vendor.rule = other->vendor.rule;
    }
}

std::vector<Vendor> read_all()
{
    std::vector<Entry> entries;
    for (auto const& file : kEmbeddedFiles)
        read_file(file, entries);
    set_rules(entries);
    std::vector<Vendor> all;
    for (auto& entry : entries)
        all.push_back(std::move(entry.vendor));
    std::ranges::sort(all, {}, &Vendor::name);
    return all;
}

/// How much of the host's name the vendor has; 0 if the host is not its.
std::size_t fit(Vendor const& vendor, std::string_view host)
{
    std::size_t best = 0;
    for (auto const& each : vendor.hosts)
        if (each.starts_with('.') ? host.size() > each.size() && host.ends_with(each) : host == each)
            best = std::max(best, each.size());
    return best;
}

} // namespace

std::span<Vendor const> vendors()
{
    static std::vector<Vendor> const all = read_all();
    return all;
}

Vendor const* find_vendor(std::string_view name)
{
    auto const all = vendors();
    auto const found = std::ranges::lower_bound(all, name, {}, &Vendor::name);
    return found != all.end() && found->name == name ? &*found : nullptr;
}

Vendor const* vendor_of_host(std::string_view host)
{
    auto const lower = to_lower(host);
    auto const all = vendors();
    auto const best = std::ranges::max_element(all, {}, [&lower](Vendor const& each) { return fit(each, lower); });
    return best != all.end() && fit(*best, lower) > 0 ? &*best : nullptr;
}

} // namespace sluice::ratelimit
