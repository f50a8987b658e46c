#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "http_api/message.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// Reads the body of a request as a JSON object. Errors: unsupported_media; invalid_argument; too_large.
[[nodiscard]] Result<json::object> read_object(Request const& request, json::Limits const& limits = {});

/// Reads the members of an object, and collects every mistake with its path. A member that nothing reads is a mistake
/// too.
class Fields {
public:
    Fields(json::object const& object, std::string path = {});

    [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
    [[nodiscard]] bool is_null(std::string_view name) const;

    /// A text of 1 to `max` characters, without control characters.
    std::optional<std::string> text(std::string_view name, bool required, std::size_t max = 200);
    /// A text of 1 to `max_bytes` bytes, which may have line breaks. An object becomes its JSON text.
    std::optional<std::string> document(std::string_view name, bool required, std::size_t max_bytes);
    std::optional<bool> flag(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<Timestamp> time(std::string_view name);
    json::object const* object(std::string_view name, bool required);
    std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t max_items = 200);
    std::optional<std::string> choice(std::string_view name, bool required,
                                      std::initializer_list<std::string_view> choices);
    template <class IdType>
    std::optional<IdType> id(std::string_view name, bool required)
    {
        auto const given = text(name, required);
        auto const parsed = given ? IdType::parse(*given) : std::nullopt;
        if (given && !parsed)
            fail(name, "must be an id such as " + std::string(IdType::kPrefix) + "_01h455vb4pex5vsknk084sn02q");
        return parsed;
    }
    /// Reads `environment_id`, which may only be the caller's own environment. It may be left out.
    void own_environment(EnvironmentId environment);

    /// Null for one of these members is a mistake: a patch cannot remove them.
    void refuse_null(std::initializer_list<std::string_view> names);

    void fail(std::string_view name, std::string message);
    /// Adds the mistakes of a nested object.
    void merge(std::vector<FieldFailure> failures);
    /// Every mistake so far, and every member that nothing has read.
    [[nodiscard]] std::vector<FieldFailure> failures();
    /// `failures` as a result. Errors: invalid_argument.
    [[nodiscard]] Result<void> check();

private:
    json::value const* ask(std::string_view name, bool required);

    json::object const& object_;
    std::string const path_;
    std::vector<std::string_view> asked_;
    std::vector<FieldFailure> failures_;
};

} // namespace sluice::http
