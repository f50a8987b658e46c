#include "field_failures.hpp"

#include "base/encoding.hpp"
#include "documents/source.hpp"
#include "vendor_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::proxy {
namespace {

constexpr std::size_t kMostFailures = 20;
constexpr std::size_t kMaxPath = 300;
constexpr std::size_t kMaxMessage = 2000;
constexpr int kMaxDepth = 16;

// Names as `bare_name` writes them.

/// The members that name an argument.
constexpr std::array<std::string_view, 13> kPlaces{"loc",       "pointer",   "instancepath", "datapath", "propertypath",
                                                   "fieldpath", "field",     "fieldname",    "param",    "parameter",
                                                   "property",  "attribute", "target"};
/// Members of an error that is no element of a list, which also has other paths.
constexpr std::array<std::string_view, 4> kPlacesAlone{"param", "parameter", "field", "target"};
constexpr std::array<std::string_view, 8> kMessages{"message", "msg",   "detail",       "description",
                                                    "reason",  "title", "errormessage", "code"};
/// The members of an error that have messages by argument.
constexpr std::array<std::string_view, 5> kByName{"errors", "fields", "fielderrors", "validationerrors", "validation"};
/// The members that may have them among other things.
constexpr std::array<std::string_view, 8> kLists{"details",    "detail",       "error",  "invalidparams",
                                                 "violations", "errordetails", "issues", "constraintviolations"};

json::value const* member(json::object const& object, std::string_view name)
{
    auto const found = std::ranges::find_if(object, [&](auto const& each) { return bare_name(each.key()) == name; });
    return found == object.end() ? nullptr : &found->value();
}

bool is_text_list(json::value const& value)
{
    auto const* list = value.if_array();
    return list != nullptr && !list->empty() && json::texts_in(value).size() == list->size();
}

/// A JSON pointer (RFC 6901) as a dotted path.
std::string dotted(std::string_view pointer)
{
    std::string path;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        auto const end = std::min(pointer.find('/'), pointer.size());
        std::string step;
        for (std::size_t i = 0; i < end; ++i) {
            bool const is_escaped = pointer[i] == '~' && i + 1 < end;
            step += !is_escaped ? pointer[i] : pointer[++i] == '1' ? '/' : '~';
        }
        bool const is_position = !step.empty() && step.size() < 10 &&
                                 step.find_first_not_of("0123456789") == std::string::npos && !path.empty();
        path = is_position ? path + '[' + step + ']' : documents::join_path(path, step);
        pointer.remove_prefix(end);
    }
    return path;
}

/// A list of names and positions (`["body", "items", 0, "name"]`) as a dotted path. The first may say which part of the
/// request it is.
std::string dotted(json::array const& steps)
{
    constexpr std::array<std::string_view, 6> kParts{"body", "query", "path", "header", "cookie", "form"};
    std::string path;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto const* name = steps[i].if_string();
        bool const is_part = i == 0 && steps.size() > 1 && name != nullptr &&
                             std::ranges::find(kParts, std::string_view(*name)) != kParts.end();
        if (name != nullptr && !is_part)
            path = documents::join_path(path, *name);
        else if (steps[i].is_int64() && steps[i].get_int64() >= 0)
            path = documents::join_path(path, static_cast<std::size_t>(steps[i].get_int64()));
    }
    return path;
}

std::string place_in(json::value const& value)
{
    if (auto const* steps = value.if_array())
        return plain_text(dotted(*steps), kMaxPath);
    auto const* text = value.if_string();
    if (text == nullptr)
        return {};
    std::string_view place(*text);
    for (auto const* root : {"#", "$."})
        if (place.starts_with(root))
            place.remove_prefix(std::string_view(root).size());
    return plain_text(place.starts_with('/') ? dotted(place) : std::string(place), kMaxPath);
}

/// The argument of an error that is no element of a list.
std::string place_alone(json::object const& error)
{
    for (auto const name : kPlacesAlone)
        if (auto const* found = member(error, name); found != nullptr && found->is_string())
            return place_in(*found);
    return {};
}

std::string message_of(json::object const& error)
{
    for (auto const name : kMessages) {
        auto const* found = member(error, name);
        auto const* text = found != nullptr ? found->if_string() : nullptr;
        if (text == nullptr)
            continue;
        if (auto message = plain_text(*text, kMaxMessage); !message.empty())
            return message;
    }
    return {};
}

/// Collects failures of a vendor.
class Failures {
public:
    /// Adds the messages at and below a value. `takes_texts`: each text of an object is a message, as no other text
    /// can be there.
    void add(json::value const& value, std::string const& path, bool takes_texts, int depth = 0)
    {
        if (failures_.size() == kMostFailures || depth > kMaxDepth)
            return;
        if ((value.is_string() && takes_texts) || is_text_list(value)) {
            put(path, value.is_string() ? std::string(value.get_string())
                                        : fmt::format("{}", fmt::join(json::texts_in(value), " ")));
        } else if (auto const* object = value.if_object()) {
            add(*object, path, takes_texts, depth);
        } else if (auto const* list = value.if_array()) {
            for (std::size_t i = 0; i < list->size(); ++i) {
                // A list of errors of one argument; else a list of things that have arguments.
                auto const* element = (*list)[i].if_object();
                bool const is_error = element != nullptr && !message_of(*element).empty();
                add((*list)[i], is_error ? path : documents::join_path(path, i), takes_texts, depth + 1);
            }
        }
    }

    /// Adds one error with its argument.
    void put(std::string const& path, std::string_view message)
    {
        auto place = plain_text(path, kMaxPath);
        auto text = plain_text(message, kMaxMessage);
        if (!place.empty() && !text.empty() && failures_.size() < kMostFailures)
            failures_.push_back({std::move(place), std::move(text)});
    }

    [[nodiscard]] bool empty() const noexcept { return failures_.empty(); }
    [[nodiscard]] std::vector<FieldFailure> take() { return std::move(failures_); }

private:
    void add(json::object const& object, std::string const& path, bool takes_texts, int depth)
    {
        auto const place = place_of(object);
        auto const message = message_of(object);
        if (!message.empty() && (!place.empty() || !path.empty()))
            return put(place.empty() ? path : place, message);
        if (!message.empty() && depth > 0)
            return; // An error of nothing in particular.
        // Some vendors count the elements of a list in the names of an object.
        for (auto const& [name, value] : object)
            add(value, documents::join_path(path, name), takes_texts, depth + 1);
    }

    std::vector<FieldFailure> failures_;
};

/// Whether the root is nothing but lists of texts by argument: `{"email":["Enter a valid address."]}`.
bool is_by_name(json::object const& root)
{
    return !root.empty() && std::ranges::all_of(root, [](auto const& each) {
        auto const name = bare_name(each.key());
        return is_text_list(each.value()) && name != "messages" && name != "errormessages" &&
               std::ranges::find(kMessages, name) == kMessages.end() &&
               std::ranges::find(kByName, name) == kByName.end() && std::ranges::find(kLists, name) == kLists.end();
    });
}

void add_usual(json::object const& error, Failures& failures)
{
    if (auto const place = place_alone(error); !place.empty())
        failures.put(place, message_of(error));
    for (auto const name : kByName)
        if (auto const* found = member(error, name); found != nullptr && !found->is_string() && failures.empty())
            failures.add(*found, "", found->is_object() && member(found->get_object(), "message") == nullptr);
    for (auto const name : kLists)
        if (auto const* found = member(error, name); found != nullptr && failures.empty())
            if ((found->is_array() && !is_text_list(*found)) || (found->is_object() && name == "details"))
                failures.add(*found, "", false);
}

} // namespace

std::string bare_name(std::string_view name)
{
    std::string bare;
    for (char const c : name)
        if (c != '_' && c != '-' && c != '.' && c != '@' && c != ' ')
            bare += ascii_lower(c);
    return bare;
}

std::string place_of(json::object const& error)
{
    // The paths of GraphQL lead through the answer, not through the arguments.
    if (member(error, "locations") != nullptr || member(error, "extensions") != nullptr)
        return {};
    if (auto const* source = member(error, "source"); source != nullptr && source->is_object())
        for (auto const* name : {"pointer", "parameter", "header"})
            if (auto const* found = member(source->get_object(), name))
                return place_in(*found);
    for (auto const name : kPlaces)
        if (auto const* found = member(error, name))
            if (auto place = place_in(*found); !place.empty())
                return place;
    for (auto const* name : {"path", "fields", "in"}) {
        auto const* found = member(error, name);
        if (found == nullptr)
            continue;
        bool const is_names = std::string_view(name) == "fields" && is_text_list(*found);
        if (auto place = is_names ? plain_text(fmt::format("{}", fmt::join(json::texts_in(*found), ", ")), kMaxPath)
                                  : place_in(*found);
            !place.empty())
            return place;
    }
    return {};
}

std::vector<FieldFailure> field_failures(std::vector<catalog::AnswerPath> const& places, json::value const& root)
{
    Failures failures;
    for (auto const& place : places)
        if (auto const* found = place.find_in(root); found != nullptr && failures.empty())
            failures.add(*found, "", true);
    if (!failures.empty())
        return failures.take();
    if (root.is_array()) {
        failures.add(root, "", false);
        return failures.take();
    }
    auto const* object = root.if_object();
    // The errors of GraphQL, where the answer has data, name no arguments.
    if (object == nullptr || object->contains("data"))
        return {};
    if (is_by_name(*object))
        failures.add(root, "", false);
    for (auto const* name : {"error", "fault"})
        if (auto const* inner = member(*object, name); inner != nullptr && inner->is_object())
            add_usual(inner->get_object(), failures);
    if (failures.empty())
        add_usual(*object, failures);
    return failures.take();
}

} // namespace sluice::proxy
