#include "documents/source.hpp"

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <optional>

namespace sluice::documents {
namespace {

constexpr std::size_t kMaxNodes = 500'000;
constexpr int kMaxDepth = 64;

struct SourceError {
    int line;
    std::string message;
};

std::optional<json::value> number_of(std::string_view text)
{
    std::int64_t integer = 0;
    auto const* end = text.data() + text.size();
    if (auto const [stop, error] = std::from_chars(text.data(), end, integer); error == std::errc{} && stop == end)
        return json::value(integer);
    double real = 0;
    bool const looks_real = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if (auto const [stop, error] = std::from_chars(text.data(), end, real);
        looks_real && error == std::errc{} && stop == end)
        return json::value(real);
    return std::nullopt;
}

/// The value of a scalar. Quoted scalars are always strings (YAML 1.2 section 10.3.2).
json::value scalar_of(YAML::Node const& node)
{
    auto const& text = node.Scalar();
    if (node.Tag() == "!")
        return json::value(text);
    if (text.empty() || text == "null" || text == "~" || text == "Null" || text == "NULL")
        return nullptr;
    if (text == "true" || text == "True" || text == "TRUE")
        return true;
    if (text == "false" || text == "False" || text == "FALSE")
        return false;
    if (auto number = number_of(text))
        return *std::move(number);
    return json::value(text);
}

class Reader {
public:
    explicit Reader(Source& source)
        : source_(source)
    {
    }

    json::value read(YAML::Node const& node, std::string const& path, int depth)
    {
        auto const line = node.Mark().line + 1;
        if (++nodes_ > kMaxNodes || depth > kMaxDepth)
            throw SourceError{line, "the document is too large or nested too deeply"};
        source_.lines.try_emplace(path, line);
        if (node.IsSequence()) {
            json::array array;
            for (std::size_t i = 0; i < node.size(); ++i)
                array.push_back(read(node[i], join_path(path, i), depth + 1));
            return array;
        }
        if (node.IsMap())
            return read_map(node, path, depth);
        return node.IsScalar() ? scalar_of(node) : json::value(nullptr);
    }

private:
    json::value read_map(YAML::Node const& node, std::string const& path, int depth)
    {
        json::object object;
        for (auto const& member : node) {
            auto const line = member.first.Mark().line + 1;
            if (!member.first.IsScalar())
                throw SourceError{line, "keys must be text"};
            auto const& key = member.first.Scalar();
            auto const member_path = join_path(path, key);
            source_.lines[member_path] = line;
            if (object.contains(key))
                throw SourceError{line, fmt::format("the key '{}' stands twice", key)};
            object.emplace(key, read(member.second, member_path, depth + 1));
        }
        return object;
    }

    Source& source_;
    std::size_t nodes_ = 0;
};

/// Finds an anchor or alias from the parser's events, so that those in quotes and comments do not count.
class AnchorFinder final : public YAML::EventHandler {
public:
    int line = 0;

    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override { note(mark, anchor); }
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override { note(mark, anchor); }
    void OnScalar(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor, std::string const&) override
    {
        note(mark, anchor);
    }
    void OnSequenceStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        note(mark, anchor);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        note(mark, anchor);
    }
    void OnMapEnd() override {}

private:
    void note(YAML::Mark const& mark, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor && line == 0)
            line = mark.line + 1;
    }
};

void refuse_anchors(std::string const& text)
{
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    AnchorFinder finder;
    while (parser.HandleNextDocument(finder)) {
    }
    if (finder.line != 0)
        throw SourceError{finder.line, "anchors and aliases are not allowed"};
}

Error failure_at(std::string const& file, int line, std::string message)
{
    return invalid(fmt::format("{}:{}", file, line), std::move(message));
}

} // namespace

Result<Source> read_source(std::string file, std::string_view text)
{
    Source source;
    source.file = std::move(file);
    try {
        std::string const copy(text);
        refuse_anchors(copy);
        Reader reader(source);
        source.root = reader.read(YAML::Load(copy), "", 0);
    } catch (YAML::Exception const& error) {
        return failure_at(source.file, error.mark.line + 1, error.msg);
    } catch (SourceError const& error) {
        return failure_at(source.file, error.line, error.message);
    }
    return source;
}

Source source_of(std::string file, json::value root)
{
    Source source;
    source.file = std::move(file);
    source.root = std::move(root);
    return source;
}

void Problems::add(Source const& source, std::string_view path, std::string message)
{
    // A missing part has no line. The line of its nearest ancestor is used then.
    auto known = source.lines.end();
    for (std::string at(path); known == source.lines.end() && !at.empty();) {
        known = source.lines.find(at);
        auto const cut = at.find_last_of(".[");
        at = cut == std::string::npos ? std::string{} : at.substr(0, cut);
    }
    auto const where = known == source.lines.end() ? source.file : fmt::format("{}:{}", source.file, known->second);
    failures_.push_back({path.empty() ? where : fmt::format("{} {}", where, path), std::move(message)});
}

std::string join_path(std::string_view parent, std::string_view member)
{
    return parent.empty() ? std::string(member) : fmt::format("{}.{}", parent, member);
}

std::string join_path(std::string_view parent, std::size_t index)
{
    return fmt::format("{}[{}]", parent, index);
}

} // namespace sluice::documents
