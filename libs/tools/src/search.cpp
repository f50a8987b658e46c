#include "tools/search.hpp"

#include "base/encoding.hpp"
#include "base/near.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace sluice::tools {
namespace {

using WordList = std::vector<std::string>;

// How much a word counts, by where the tool has it.
constexpr double kInName = 4;
constexpr double kInTitle = 2.5;
constexpr double kInArguments = 2;
constexpr double kInText = 1;
/// A verb finds tools by what they do; that a text has it too says little.
constexpr double kVerbAsWord = 0.3;
/// A word that means nearly the same as one of the query.
constexpr double kSynonym = 0.8;
/// What a tool gains for each verb of the query that says what it does.
constexpr double kRightVerb = 2.5;
/// What a list gains if the query has no verb.
constexpr double kListOfNoVerb = 0.8;
/// What each word of a tool's name costs that the query does not have: `list tickets` means no ticket fields.
constexpr double kOtherWord = 0.8;
constexpr double kUnaskedDeletion = 8;

/// What a call does, as bits.
enum Deed : unsigned { lists = 1, gets = 2, creates = 4, updates = 8, deletes = 16 };

struct Verb {
    std::string_view stem; ///< Without an `e` at its end.
    unsigned deeds;
};
constexpr std::array<Verb, 46> kVerbs{{
    {"list", lists},
    {"find", lists},
    {"show", lists | gets},
    {"search", lists},
    {"brows", lists},
    {"filter", lists},
    {"quer", lists},
    {"recent", lists},
    {"newest", lists},
    {"latest", lists},
    {"get", lists | gets},
    {"fetch", lists | gets},
    {"read", lists | gets},
    {"see", lists | gets},
    {"view", gets},
    {"look", lists | gets},
    {"retriev", lists | gets},
    {"detail", gets},
    {"check", lists | gets},
    {"one", gets},
    {"singl", gets},
    {"creat", creates},
    {"add", creates | updates},
    {"new", creates},
    {"mak", creates},
    {"writ", creates},
    {"send", creates},
    {"post", creates},
    {"reply", creates},
    {"repli", creates},
    {"answer", creates},
    {"respond", creates},
    {"leav", creates},
    {"updat", updates},
    {"chang", updates},
    {"edit", updates},
    {"set", updates},
    {"renam", updates},
    {"modif", updates},
    {"assign", updates},
    {"clos", updates},
    {"reopen", updates},
    {"delet", deletes},
    {"remov", deletes},
    {"eras", deletes},
    {"trash", deletes | updates},
}};

/// What people call things that tools call otherwise.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kSynonyms{{
    {"reply", "message"},
    {"answer", "reply"},
    {"respond", "reply"},
    {"note", "message"},
    {"email", "message"},
    {"comment", "message"},
    {"conversation", "ticket"},
    {"case", "ticket"},
    {"issue", "ticket"},
    {"client", "customer"},
    {"contact", "customer"},
    {"buyer", "customer"},
    {"agent", "user"},
    {"people", "user"},
    {"label", "tag"},
    {"template", "macro"},
}};

/// Words that say nothing about which tool is meant.
constexpr std::array<std::string_view, 42> kEmpty{
    "a",    "an",    "the",    "to",  "of",   "for",  "in",   "on",     "with", "and", "or",   "by", "my",  "me",
    "this", "that",  "please", "how", "i",    "all",  "from", "into",   "its",  "it",  "at",   "is", "are", "do",
    "what", "which", "can",    "you", "want", "need", "some", "single", "id",   "has", "have", "be", "as",  "every"};

bool is_verb_form(std::string_view word, std::string_view stem)
{
    if (!word.starts_with(stem))
        return false;
    auto const end = word.substr(stem.size());
    constexpr std::array<std::string_view, 12> kEnds{"",  "e", "s",   "es",  "ed",   "ing",
                                                     "d", "y", "ies", "ied", "ying", "ting"};
    return std::ranges::find(kEnds, end) != kEnds.end();
}

unsigned deeds_of(std::string_view word)
{
    unsigned deeds = 0;
    for (auto const& verb : kVerbs)
        if (is_verb_form(word, verb.stem))
            deeds |= verb.deeds;
    return deeds;
}

/// A word in the singular.
std::string stem_of(std::string word)
{
    auto const cut = [&](std::string_view end, std::size_t letters) {
        bool const fits = word.size() > end.size() + 1 && word.ends_with(end);
        if (fits)
            word.resize(word.size() - letters);
        return fits;
    };
    if (cut("ies", 3))
        return word + 'y';
    if (cut("sses", 2) || cut("xes", 2) || cut("ches", 2) || cut("shes", 2))
        return word;
    if (word.size() > 3 && !word.ends_with("ss") && !word.ends_with("us"))
        cut("s", 1);
    return word;
}

/// The words of letters and digits, in lower case and in the singular.
WordList words_of(std::string_view text)
{
    WordList words;
    std::string word;
    auto const end = [&] {
        if (std::ranges::find(kEmpty, word) == kEmpty.end() && !word.empty())
            words.push_back(stem_of(word));
        word.clear();
    };
    for (char const c : to_lower(text)) {
        bool const is_part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 0x7f;
        if (is_part)
            word += c;
        else
            end();
    }
    end();
    return words;
}

/// What of a tool is compared with a query.
struct Entry {
    std::set<std::string> name; ///< Without the words that all names have, such as the integration's.
    std::set<std::string> title;
    std::set<std::string> arguments;
    std::set<std::string> text;
    std::set<std::string> own; ///< Of a method that is none of the five standard ones, the words that are its own.
    unsigned deeds = 0;

    [[nodiscard]] double weight_of(std::string const& word) const
    {
        return name.contains(word)        ? kInName
               : title.contains(word)     ? kInTitle
               : arguments.contains(word) ? kInArguments
               : text.contains(word)      ? kInText
                                          : 0;
    }
};

unsigned deeds_of(catalog::Method const& method)
{
    constexpr std::array<std::pair<std::string_view, unsigned>, 5> kStandard{
        {{"list", lists}, {"get", gets}, {"create", creates}, {"update", updates}, {"delete", deletes}}};
    for (auto const& [name, deeds] : kStandard)
        if (method.name == name)
            return deeds;
    unsigned deeds = method.access == catalog::Access::read ? lists : 0U;
    for (auto const& word : words_of(method.name))
        deeds |= deeds_of(word);
    if (method.verb == "DELETE")
        deeds |= deletes;
    return deeds;
}

std::set<std::string> set_of(std::string_view text)
{
    auto words = words_of(text);
    return {words.begin(), words.end()};
}

Entry entry_of(Tool const& tool)
{
    auto own = tool.method->is_custom() ? set_of(tool.method->name) : std::set<std::string>{};
    for (auto const* standard : {"list", "get", "create", "update", "delete"})
        own.erase(standard);
    Entry entry{set_of(tool.name), set_of(tool.title), {}, set_of(tool.description), own, deeds_of(*tool.method)};
    for (auto const& [name, argument] : tool.arguments)
        entry.arguments.merge(set_of(name));
    for (auto const& tag : tool.method->tags)
        entry.text.merge(set_of(tag));
    return entry;
}

/// A word of a query.
struct Wanted {
    std::string word;
    double weight = 1;
    unsigned deeds = 0;
};

std::vector<Wanted> wanted_by(WordList const& query)
{
    std::vector<Wanted> wanted;
    for (auto const& word : query) {
        auto const deeds = deeds_of(word);
        wanted.push_back({word, deeds != 0 ? kVerbAsWord : 1, deeds});
        for (auto const& [said, meant] : kSynonyms)
            if (is_verb_form(word, said) && std::ranges::find(query, meant) == query.end())
                wanted.push_back({std::string(meant), kSynonym, 0});
    }
    return wanted;
}

} // namespace

class SearchIndex::Words {
public:
    explicit Words(ToolList const& tools)
        : tools_(tools)
    {
        for (std::size_t i = 0; i < tools.size(); ++i) {
            auto entry = entry_of(tools[i]);
            std::set<std::string> all;
            for (auto const* words : {&entry.name, &entry.title, &entry.arguments, &entry.text})
                all.insert(words->begin(), words->end());
            for (auto const& word : all)
                ++count_[word];
            entries_.push_back(std::move(entry));
        }
        // If all tools are of one integration, its name says nothing.
        for (std::size_t i = 0; i < tools.size(); ++i) {
            auto own = set_of(tools[i].method->integration);
            if (i == 0)
                said_by_all_ = std::move(own);
            else
                std::erase_if(said_by_all_, [&](std::string const& word) { return !own.contains(word); });
        }
    }

    /// The positions of the shown tools that the words may mean, the most likely first.
    [[nodiscard]] std::vector<std::size_t> ranked(WordList const& query, std::vector<bool> const& shown) const
    {
        auto const wanted = wanted_by(query);
        std::vector<std::tuple<double, bool, std::size_t, std::size_t>> found;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            auto const score = shown[i] ? score_of(entries_[i], wanted) : std::nullopt;
            bool const is_write = tools_[i].method->access == catalog::Access::write;
            if (score)
                found.emplace_back(-*score, is_write, tools_[i].name.size(), i);
        }
        std::ranges::sort(found);
        std::vector<std::size_t> positions;
        for (auto const& each : found)
            positions.push_back(std::get<3>(each));
        return positions;
    }

private:
    /// How much a word says: much if few tools have it.
    [[nodiscard]] double rarity_of(std::string const& word) const
    {
        auto const tools = static_cast<double>(entries_.size());
        if (said_by_all_.contains(word))
            return 0;
        auto const found = count_.find(word);
        return std::log(1 + tools / (found == count_.end() ? 1.0 : static_cast<double>(found->second)));
    }

    /// Nothing for a tool that shares no word with the query, unless the query is only a verb.
    [[nodiscard]] std::optional<double> score_of(Entry const& entry, std::vector<Wanted> const& wanted) const
    {
        double score = 0;
        bool shares = false;
        bool does = false;
        unsigned asked = 0;
        bool is_only_verb = true;
        for (auto const& [word, weight, deeds] : wanted) {
            // A verb that is the method's own name means this method.
            auto const counted = entry.own.contains(word) ? std::max(weight, 1.0) : weight;
            auto const gain = counted * entry.weight_of(word) * rarity_of(word);
            score += gain + ((entry.deeds & deeds) != 0 ? kRightVerb : 0);
            shares = shares || (gain > 0 && deeds == 0);
            does = does || (entry.deeds & deeds) != 0;
            is_only_verb = is_only_verb && deeds != 0;
            asked |= deeds;
        }
        if (!shares && !(is_only_verb && (does || score > 0)))
            return std::nullopt;
        if (asked == 0 && (entry.deeds & lists) != 0)
            score += kListOfNoVerb;
        for (auto const& word : entry.name)
            if (deeds_of(word) == 0 && std::ranges::find(wanted, word, &Wanted::word) == wanted.end())
                score -= kOtherWord * rarity_of(word);
        if ((entry.deeds & deletes) != 0 && (asked & deletes) == 0)
            score -= kUnaskedDeletion;
        return score;
    }

    ToolList const& tools_;
    std::vector<Entry> entries_;
    std::map<std::string, std::size_t> count_;
    std::set<std::string> said_by_all_;
};

SearchIndex::SearchIndex(ToolList const& tools)
    : tools_(tools)
    , words_(std::make_unique<Words const>(tools))
{
}

SearchIndex::~SearchIndex() = default;

std::vector<std::size_t> SearchIndex::find(std::vector<bool> const& shown, std::string_view query) const
{
    // A name is meant as it is.
    if (auto const named = tools_.find(query); named < tools_.size() && shown[named])
        return {named};
    if (auto const words = words_of(query); !words.empty())
        return words_->ranked(words, shown);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < tools_.size(); ++i)
        if (shown[i])
            all.push_back(i);
    return all;
}

std::vector<std::string> near_names(ToolList const& tools, std::vector<bool> const& shown, std::string_view name)
{
    constexpr std::size_t kMost = 3;
    auto const wanted = words_of(name);
    std::set<std::string> const given(wanted.begin(), wanted.end());
    std::vector<std::string> names;
    std::map<std::string, double> differences; // By name: the words that only one of both has.
    std::map<std::string, std::size_t> shared;
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (!shown[i])
            continue;
        auto const words = words_of(tools[i].name);
        std::set<std::string> const own(words.begin(), words.end());
        auto const common = static_cast<std::size_t>(
            std::ranges::count_if(own, [&](std::string const& word) { return given.contains(word); }));
        names.push_back(tools[i].name);
        shared[tools[i].name] = common;
        differences[tools[i].name] = static_cast<double>(own.size() + given.size() - 2 * common);
    }
    auto const near = near_texts(names, name); // A slip of spelling.
    std::erase_if(names, [&](std::string const& each) {
        return shared[each] < 2 && std::ranges::find(near, each) == near.end();
    });
    auto const by_spelling = [&](std::string const& each) { return std::ranges::find(near, each) - near.begin(); };
    std::ranges::sort(names, {},
                      [&](std::string const& each) { return std::tuple(differences[each], by_spelling(each), each); });
    names.resize(std::min(names.size(), kMost));
    return names;
}

} // namespace sluice::tools
