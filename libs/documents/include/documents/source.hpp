#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::documents {

/// A document as data, with the line of each part, so that an error can name it.
struct Source {
    std::string file;
    json::value root;
    /// The line of each part, from 1, by path (`resources.tickets.methods[0]`). Empty for data that came from no file.
    std::unordered_map<std::string, int> lines;
};

/// Reads YAML 1.2 (core schema), which includes JSON. Anchors and aliases are refused, since with them a small document
/// can grow without bound. Errors: invalid_argument with file and line.
[[nodiscard]] Result<Source> read_source(std::string file, std::string_view text);
/// Wraps data that is already parsed.
[[nodiscard]] Source source_of(std::string file, json::value root);

/// Collects all mistakes of a document.
class Problems {
public:
    /// Adds a mistake, with `file:line path` as its path.
    void add(Source const& source, std::string_view path, std::string message);
    [[nodiscard]] bool empty() const noexcept { return failures_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return failures_.size(); }
    [[nodiscard]] std::vector<FieldFailure> take() { return std::move(failures_); }

private:
    std::vector<FieldFailure> failures_;
};

/// `a` and `b` joined as a path: `a.b`, or `b` if `a` is empty.
[[nodiscard]] std::string join_path(std::string_view parent, std::string_view member);
[[nodiscard]] std::string join_path(std::string_view parent, std::size_t index);

} // namespace sluice::documents
