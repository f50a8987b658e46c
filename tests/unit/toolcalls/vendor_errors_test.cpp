// Each usual shape of a vendor's error, and what a developer and a model read. The table of them for people is
// api-spec/vendor-errors.md; with SLUICE_WRITE_PAGES=1 this test writes it anew.
#include "proxy/interpret.hpp"
#include "proxy/remote_error.hpp"
#include "support/desk.hpp"
#include "support/must.hpp"
#include "toolcalls/result_text.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sluice::toolcalls {
namespace {

using catalog::test::kDocument;
using catalog::test::kManifest;
using catalog::test::replaced;

std::string read_file(std::string const& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Shape {
    json::object content;

    [[nodiscard]] std::string text(std::string_view key, std::string fallback = {}) const
    {
        auto const* found = json::string_at(content, key);
        return found != nullptr ? std::string(*found) : fallback;
    }
    [[nodiscard]] int number(std::string_view key, int fallback) const
    {
        auto const* found = content.if_contains(key);
        return found != nullptr ? static_cast<int>(found->as_int64()) : fallback;
    }
    [[nodiscard]] int status() const { return number("status", 400); }
};

void PrintTo(Shape const& shape, std::ostream* out)
{
    *out << shape.text("name");
}

std::vector<Shape> load_shapes()
{
    auto const source = documents::read_source("vendor_errors.yaml", read_file(SLUICE_TEST_DATA "/vendor_errors.yaml"));
    std::vector<Shape> shapes;
    if (source)
        for (auto const& each : source->root.at("shapes").as_array())
            shapes.push_back({each.as_object()});
    return shapes;
}

proxy::Outcome outcome_of(Shape const& shape, std::string_view method = "get")
{
    auto const compiled = test::must(catalog::test::compile_text(
        replaced(kManifest, "tool_tags:", shape.text("definition") + "tool_tags:"), kDocument));
    http::IncomingResponse response;
    response.status = shape.status();
    response.headers.add("content-type", shape.text("type", "application/json"));
    if (auto const* headers = json::object_at(shape.content, "headers"))
        for (auto const& [name, value] : *headers)
            response.headers.add(name, value.as_string());
    response.body = shape.text("body");
    return proxy::interpret(*compiled, *compiled->find("tickets", method), std::move(response), {});
}

std::string model_reads(proxy::Outcome const& outcome)
{
    std::string made;
    return std::string(result_text(outcome, made));
}

class VendorErrors : public ::testing::TestWithParam<Shape> {};

TEST_P(VendorErrors, AreReadFromTheirShape)
{
    auto const& shape = GetParam();
    auto const outcome = outcome_of(shape);
    ASSERT_EQ(outcome.kind, proxy::Outcome::Kind::error);
    auto const body = *json::parse(model_reads(outcome));

    EXPECT_EQ(body.at("statusCode"), shape.number("answers", shape.status()));
    EXPECT_EQ(body.at("message").as_string(), shape.text("message"));
    auto const* code = body.as_object().if_contains("remote_code");
    EXPECT_EQ(code != nullptr ? std::string(code->as_string()) : "", shape.text("code"));
    auto const* expected = shape.content.if_contains("failures");
    auto const* details = json::object_at(body.as_object(), "details");
    EXPECT_EQ(details != nullptr ? details->at("failures") : json::value(nullptr),
              expected != nullptr ? *expected : json::value(nullptr));
    auto const* scopes = shape.content.if_contains("scopes");
    EXPECT_EQ(json::array_of(outcome.missing_scopes), scopes != nullptr ? scopes->as_array() : json::array{});
    EXPECT_EQ(model_reads(outcome), proxy::remote_error_body(outcome)) << "a model reads what a developer does";
}

TEST_P(VendorErrors, AreTheSameForAList)
{
    auto const outcome = outcome_of(GetParam(), "list");
    ASSERT_EQ(outcome.kind, proxy::Outcome::Kind::error);
    EXPECT_EQ(outcome.message, GetParam().text("message"));
}

INSTANTIATE_TEST_SUITE_P(All, VendorErrors, ::testing::ValuesIn(load_shapes()), [](auto const& param) {
    std::string name;
    for (char const c : param.param.text("name"))
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            name += c;
    return name;
});

/// A cell of a Markdown table, as code.
std::string cell(std::string_view text)
{
    if (text.empty())
        return "";
    std::string cell = "`";
    for (char const c : text)
        if (c == '|')
            cell += "\\|";
        else if (c == '`')
            cell += '\'';
        else
            cell += c == '\n' || c == '\t' ? ' ' : c;
    return cell + '`';
}

std::string row_of(Shape const& shape)
{
    auto const outcome = outcome_of(shape);
    std::string failures;
    for (auto const& failure : outcome.failures)
        failures += fmt::format("{}{}", failures.empty() ? "" : "<br>", cell(failure.path + ": " + failure.message));
    std::string definition = shape.text("definition");
    std::string vendor = fmt::format("{} {}", shape.status(), cell(shape.text("body")));
    if (auto const* headers = json::object_at(shape.content, "headers"))
        for (auto const& [name, value] : *headers)
            vendor += "<br>" + cell(fmt::format("{}: {}", std::string_view(name), std::string_view(value.as_string())));
    while (!definition.empty()) {
        auto const end = std::min(definition.find('\n'), definition.size());
        vendor += "<br>" + cell(definition.substr(0, end));
        definition.erase(0, end + 1);
    }
    return fmt::format("| {} | {} | {} | {} | {} | {} |\n", shape.text("name"), vendor, outcome.status,
                       cell(outcome.message), cell(outcome.remote_code), failures);
}

std::string page()
{
    std::string text =
        "# What is read from a vendor's error\n"
        "\n"
        "Each usual shape of an error, and what a developer (`RemoteError`) and a model read. They read the same body: "
        "a\n"
        "developer as the answer, a model as the text of a result with `isError`. `raw_response` always has the "
        "vendor's own\n"
        "body. Below an answer stands what the integration's definition says about errors, where it says something.\n"
        "`tests/unit/toolcalls/vendor_errors_test.cpp` makes this page from `tests/data/vendor_errors.yaml`; with\n"
        "`SLUICE_WRITE_PAGES=1` it writes it.\n"
        "\n"
        "| shape | the vendor answers | status | message | remote_code | details.failures |\n"
        "|---|---|---|---|---|---|\n";
    for (auto const& shape : load_shapes())
        text += row_of(shape);
    text += "\nThe whole body of two of them:\n";
    for (auto const* name : {"FastAPI", "The error is a word (Slack), in a 200"})
        for (auto const& shape : load_shapes())
            if (shape.text("name") == name)
                text += fmt::format("\n```json\n{}\n```\n", model_reads(outcome_of(shape)));
    return text;
}

TEST(VendorErrorsPage, SaysWhatTheCodeDoes)
{
    std::string const path = SLUICE_API_SPEC "/vendor-errors.md";
    auto const now = page();
    if (std::getenv("SLUICE_WRITE_PAGES") != nullptr)
        std::ofstream(path) << now;
    EXPECT_TRUE(read_file(path) == now) << path << " is stale: run this test with SLUICE_WRITE_PAGES=1";
}

} // namespace
} // namespace sluice::toolcalls
