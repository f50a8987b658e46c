#include "check.hpp"

#include "base/encoding.hpp"
#include "base/near.hpp"
#include "documents/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace sluice::schema {
namespace {

constexpr std::size_t kMaxFailures = 20;
constexpr std::size_t kMaxListedNames = 600;
constexpr std::size_t kMaxNameInPath = 100;
/// The most steps: values times the rules that apply to each. They take some tenths of a second.
constexpr std::size_t kMaxSteps = 2'000'000;
/// How many bytes of a text, compared or matched, count as one step.
constexpr std::size_t kBytesPerStep = 64;

/// The place of a value. Its path is written only for a mistake.
struct Place {
    Place const* parent = nullptr;
    std::string_view name;
    std::optional<std::size_t> index;

    [[nodiscard]] std::string path() const
    {
        if (parent == nullptr)
            return {};
        auto const above = parent->path();
        return index ? documents::join_path(above, *index)
                     : documents::join_path(above, utf8_prefix(name, kMaxNameInPath));
    }
};

/// Checks a value. Takes time linear in its size, times the rules that apply to each of its parts.
class Check {
public:
    void run(Node const& node, json::value const& value, Place const& at)
    {
        if (++steps_ > kMaxSteps || is_decided())
            return;
        auto const type = type_of(value);
        if ((node.types & type) == 0)
            return add(
                at, [&] { return fmt::format("must be {}, not {}", with_article(node.type_words), word_for(type)); });
        if (node.only && !holds(*node.only, value))
            return add(at, [&] { return "must be " + node.only->words(); });
        if (node.values && !holds(*node.values, value))
            return add(at, [&] {
                return fmt::format("must be one of {}{}", node.values->words(),
                                   value.is_string()
                                       ? did_you_mean(json::texts_in(node.values->listed), value.get_string())
                                       : std::string());
            });
        check_branches(node, value, at);
        if (value.is_number())
            check_number(node, value, at);
        else if (auto const* text = value.if_string())
            check_text(node, *text, at);
        else if (auto const* elements = value.if_array())
            check_array(node, *elements, at);
        else if (auto const* members = value.if_object())
            check_object(node, *members, at);
    }

    [[nodiscard]] bool fits(Node const& node, json::value const& value, Place const& at)
    {
        auto const outer = std::exchange(has_failed_, false);
        ++probes_;
        run(node, value, at);
        --probes_;
        return !std::exchange(has_failed_, outer);
    }

    std::vector<FieldFailure> take()
    {
        if (steps_ > kMaxSteps)
            failures_.push_back({"", "is too much to be checked at once; send less"});
        else if (count_ > failures_.size())
            failures_.push_back({"", fmt::format("and {} more mistakes", count_ - failures_.size())});
        return std::move(failures_);
    }

private:
    [[nodiscard]] bool is_decided() const noexcept { return probes_ > 0 && has_failed_; }
    [[nodiscard]] bool is_over() const noexcept { return is_decided() || steps_ > kMaxSteps; }

    void add(Place const& at, auto const& message)
    {
        has_failed_ = true;
        if (probes_ > 0)
            return;
        if (failures_.size() < kMaxFailures)
            failures_.push_back({at.path(), message()});
        ++count_;
    }

    bool holds(Values const& values, json::value const& value)
    {
        if (auto const* text = value.if_string())
            return values.texts.contains(std::string_view(*text));
        if (value.is_structured() && !values.has_structures)
            return false;
        auto const text = json::canonical(value);
        steps_ += text.size() / kBytesPerStep;
        return values.canonical.contains(text);
    }

    void check_branches(Node const& node, json::value const& value, Place const& at)
    {
        for (auto const& each : node.all_of)
            run(each, value, at);
        if (!node.any_of.empty()) {
            bool fits_any = false;
            for (auto const& branch : node.any_of)
                fits_any = fits_any || fits(branch, value, at);
            if (!fits_any)
                explain_branches(node.any_of, value, at);
            else if (auto const* text = value.if_string())
                check_known_value(node.any_of, *text, at);
        }
        if (!node.one_of.empty()) {
            std::size_t fitting = 0;
            for (auto const& branch : node.one_of)
                fitting += fits(branch, value, at) ? 1 : 0;
            if (fitting == 0)
                explain_branches(node.one_of, value, at);
            else if (fitting > 1)
                add(at,
                    [&] { return fmt::format("must fit only one of {}; it fits {}", forms_of(node.one_of), fitting); });
        }
        if (node.none_of && fits(*node.none_of, value, at))
            add(at, [&] { return "must not be " + node.none_of->form(); });
    }

    /// Where known values stand beside any text, a text that only spells one of them otherwise is a slip.
    void check_known_value(std::vector<Node> const& branches, std::string_view text, Place const& at)
    {
        for (auto const& branch : branches) {
            auto const* values = branch.values ? &*branch.values : nullptr;
            if (values == nullptr || values->texts.contains(text))
                continue;
            auto const meant = std::ranges::find_if(
                values->texts, [&](std::string const& known) { return is_spelled_alike(known, text); });
            if (meant != values->texts.end())
                return add(at, [&] { return fmt::format("is spelled otherwise; did you mean {}?", *meant); });
        }
    }

    /// Explains why no branch fits: by the mistakes of the only branch that takes a structure, or of the one that lists
    /// values if all take the value's type; else by the list of branches.
    void explain_branches(std::vector<Node> const& branches, json::value const& value, Place const& at)
    {
        auto const type = type_of(value);
        Node const* meant = nullptr;
        Node const* listed = nullptr;
        std::size_t candidates = 0;
        for (auto const& branch : branches) {
            if ((branch.types & type) == 0)
                continue;
            meant = &branch;
            listed = branch.values && !value.is_structured() ? &branch : listed;
            ++candidates;
        }
        if (probes_ == 0 && candidates == 1 && value.is_structured())
            return run(*meant, value, at);
        if (probes_ == 0 && candidates == branches.size() && listed != nullptr)
            return run(*listed, value, at);
        add(at, [&] { return fmt::format("must be {}, not {}", forms_of(branches), word_for(type)); });
    }

    void check_number(Node const& node, json::value const& value, Place const& at)
    {
        auto const number = value.to_number<double>();
        auto const bound = [&](std::optional<json::value> const& limit, auto const& is_broken, std::string_view words) {
            if (limit && is_broken(number, limit->to_number<double>()))
                add(at, [&] { return fmt::format("must be {} {}", words, json::to_text(*limit)); });
        };
        bound(node.minimum, std::less<>{}, "at least");
        bound(node.maximum, std::greater<>{}, "at most");
        bound(node.above, std::less_equal<>{}, "greater than");
        bound(node.below, std::greater_equal<>{}, "less than");
        // 19.99 counts as a multiple of 0.01, although neither number is exact in binary.
        auto const is_no_multiple = [](double of, double unit) {
            auto const times = of / unit;
            return std::abs(times - std::round(times)) > 1e-9 * std::max(1.0, std::abs(times));
        };
        bound(node.multiple_of, is_no_multiple, "a multiple of");
    }

    void check_size(std::optional<std::size_t> least, std::optional<std::size_t> most, std::size_t size,
                    std::string_view unit, Place const& at)
    {
        if (least && size < *least)
            add(at, [&] { return fmt::format("must have at least {} {}", *least, unit); });
        if (most && size > *most)
            add(at, [&] { return fmt::format("must have at most {} {}", *most, unit); });
    }

    void check_text(Node const& node, std::string_view text, Place const& at)
    {
        if (node.min_length || node.max_length) {
            std::size_t characters = 0;
            for (char const c : text)
                characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
            check_size(node.min_length, node.max_length, characters, "characters", at);
            if (node.max_length && characters > *node.max_length)
                return;
        }
        if (!node.pattern)
            return;
        steps_ += text.size() / kBytesPerStep;
        if (!re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *node.pattern))
            add(at, [&] { return "must match the pattern " + node.pattern->pattern(); });
    }

    void check_array(Node const& node, json::array const& elements, Place const& at)
    {
        check_size(node.min_items, node.max_items, elements.size(), "items", at);
        if (node.max_items && elements.size() > *node.max_items)
            return;
        if (node.items)
            for (std::size_t i = 0; i < elements.size() && !is_over(); ++i)
                run(*node.items, elements[i], {&at, {}, i});
        if (node.is_unique)
            for (auto const i : repeated_in(elements))
                add({&at, {}, i}, [] { return std::string("must not be the same as an item before it"); });
    }

    /// The positions of items that are equal to an item before. Only items with equal hashes are compared.
    std::vector<std::size_t> repeated_in(json::array const& elements)
    {
        std::vector<std::pair<std::size_t, std::size_t>> hashes; // With the position.
        hashes.reserve(elements.size());
        for (std::size_t i = 0; i < elements.size() && !is_over(); ++i) {
            auto const text = json::canonical(elements[i]);
            steps_ += 1 + text.size() / kBytesPerStep;
            hashes.emplace_back(std::hash<std::string>()(text), i);
        }
        std::ranges::sort(hashes);
        std::vector<std::size_t> repeated;
        for (auto run = hashes.begin(); run != hashes.end();) {
            auto const end =
                std::find_if(run, hashes.end(), [&](auto const& next) { return next.first != run->first; });
            std::set<std::string> seen;
            for (auto at = run; end - run > 1 && at != end; ++at)
                if (!seen.insert(json::canonical(elements[at->second])).second)
                    repeated.push_back(at->second);
            run = end;
        }
        std::ranges::sort(repeated);
        return repeated;
    }

    void check_object(Node const& node, json::object const& members, Place const& at)
    {
        check_size(node.min_members, node.max_members, members.size(), "members", at);
        for (auto const& name : node.required)
            if (!members.contains(name))
                add({&at, name, {}}, [] { return std::string("is required"); });
        if (node.properties.empty() && !node.is_closed && !node.others && !node.member_names)
            return;
        for (auto const& [name, member] : members) {
            if (is_over())
                return;
            Place const place{&at, name, {}};
            if (node.member_names && !fits(*node.member_names, json::value(name), place))
                explain_name(*node.member_names, name, place);
            if (auto const* below = node.below_name(name))
                run(*below, member, place);
            else if (node.is_closed)
                add(place, [&] { return "is not known here" + near_miss(name, node.names); });
        }
    }

    void explain_name(Node const& rules, std::string_view name, Place const& at)
    {
        add(at, [&] {
            Check of_name;
            of_name.run(rules, json::value(name), {});
            return "has a name that " + of_name.take().front().message;
        });
    }

    static std::string near_miss(std::string_view name, std::vector<std::string> const& names)
    {
        if (names.empty())
            return "; nothing is allowed here";
        if (auto near = did_you_mean(names, name); !near.empty())
            return near;
        std::string all;
        for (auto const& candidate : names)
            if (all.size() < kMaxListedNames)
                all += (all.empty() ? "" : ", ") + candidate;
        return "; known are " + all;
    }

    std::vector<FieldFailure> failures_;
    std::size_t count_ = 0;
    std::size_t steps_ = 0;
    int probes_ = 0; ///< Above zero while only fitting is asked, so no mistakes are written.
    bool has_failed_ = false;
};

} // namespace

std::vector<FieldFailure> check(Node const& rules, json::value const& value)
{
    Check check;
    check.run(rules, value, {});
    return check.take();
}

bool fits(Node const& rules, json::value const& value)
{
    return Check().fits(rules, value, {});
}

} // namespace sluice::schema
