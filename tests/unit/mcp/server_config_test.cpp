#include "mcp/server_config.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

ServerConfig everything()
{
    ServerConfig config;
    config.filter = {{"read", "tickets.update"}, {"support"}};
    config.filter.vocabulary = catalog::Vocabulary::first;
    config.exposure = Exposure::discovery;
    config.structured_content = true;
    config.require_api_token_auth = true;
    config.result_token_limit = 1234;
    config.approval_tags = {"destructive"};
    config.approval_link = false;
    config.idempotency_window = std::chrono::seconds(60);
    return config;
}

TEST(ServerConfig, ComesBackFromItsJson)
{
    auto const written = config_json(everything());
    EXPECT_EQ(config_json(config_in(written)), written);
    EXPECT_EQ(config_json(config_in(config_json({}))), config_json({}));
}

TEST(ServerConfig, KeepsTheWordsWithWhichTheServerWasMade)
{
    auto stored = config_json({});
    EXPECT_EQ(stored.at("vocabulary"), 2) << "servers made from now on";
    stored.erase("vocabulary");
    stored.erase("structured_content");
    EXPECT_TRUE(config_in(stored).structured_content) << "what their clients may read";
    EXPECT_EQ(config_in(stored).filter.vocabulary, catalog::Vocabulary::first) << "servers made before";
    auto config = config_in(stored);
    ConfigPatch{}.apply(config);
    EXPECT_EQ(config_json(config).at("vocabulary"), 1);
    ConfigPatch patch;
    patch.vocabulary = catalog::Vocabulary::second;
    patch.apply(config);
    EXPECT_EQ(config_in(config_json(config)).filter.vocabulary, catalog::Vocabulary::second);
}

/// A newer or older binary wrote it.
TEST(ServerConfig, TakesTheDefaultForWhatItCannotRead)
{
    auto written = config_json(everything());
    written["tool_exposure"] = "by_mood";
    written["result_token_limit"] = "many";
    written["of_tomorrow"] = true;
    auto const read = config_in(written);
    EXPECT_EQ(read.exposure, Exposure::all);
    EXPECT_EQ(read.result_token_limit, ServerConfig::kResultTokens);
    EXPECT_EQ(read.approval_tags, everything().approval_tags);
}

/// A filter, approvals and a second factor hold whatever their size: with less of them more could be called.
TEST(ServerConfig, KeepsWhatIsBeyondTheBoundsOfRequests)
{
    auto written = config_json(everything());
    written["methods"] = json::array(300, json::value("tickets.list"));
    written["approval_tags"] = json::array(300, json::value("destructive"));
    written["result_token_limit"] = 9'000'000;
    auto const read = config_in(written);
    EXPECT_EQ(read.filter.methods.size(), 300U);
    EXPECT_EQ(read.approval_tags.size(), 300U);
    EXPECT_TRUE(read.require_api_token_auth);
    EXPECT_EQ(config_json(read), written);
}

TEST(ConfigPatch, ChangesWhatItNamesAlone)
{
    json::object const given{{"tags", json::array{"sales"}}, {"idempotency_window_s", 5}};
    http::Fields fields(given, "config");
    auto const patch = read_config(fields);
    ASSERT_TRUE(fields.check());
    auto config = everything();
    patch.apply(config);
    EXPECT_EQ(config.filter.tags, std::vector<std::string>{"sales"});
    EXPECT_EQ(config.idempotency_window, std::chrono::seconds(5));
    EXPECT_EQ(config.filter.methods, everything().filter.methods);
    EXPECT_EQ(config.exposure, Exposure::discovery);
    EXPECT_FALSE(config.approval_link);
}

TEST(ConfigPatch, SaysWhereEachMistakeIs)
{
    json::object const given{{"tool_exposure", "some"},
                             {"result_token_limit", 499},
                             {"idempotency_window_s", 86'401},
                             {"approval_link", "yes"},
                             {"colour", "blue"}};
    http::Fields fields(given, "config");
    static_cast<void>(read_config(fields));
    std::vector<std::string> paths;
    for (auto const& failure : fields.failures())
        paths.push_back(failure.path);
    std::ranges::sort(paths);
    EXPECT_EQ(paths, (std::vector<std::string>{"config.approval_link", "config.colour", "config.idempotency_window_s",
                                               "config.result_token_limit", "config.tool_exposure"}));
}

} // namespace
} // namespace sluice::mcp
