#include "accounts/documentation_editor.hpp"

#include "support/clock.hpp"
#include "support/fake_installations.hpp"
#include "support/fake_integrations.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::accounts {
namespace {

/// One row at most.
class FakeDocumentation final : public DocumentationRepository {
public:
    Task<Result<DocumentationRow>> create(DocumentationRow row, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        kept = row;
        co_return row;
    }
    Task<Result<DocumentationRow>> find(EnvironmentId, DocumentationId id, Deadline) override
    {
        if (!kept || kept->id != id)
            co_return Error{ErrorCode::not_found, "There is no such documentation."};
        co_return *kept;
    }
    Task<Result<tenancy::Page<DocumentationRow>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<DocumentationRow>{};
    }
    Task<Result<DocumentationRow>> update(DocumentationRow row, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        kept = row;
        co_return row;
    }
    Task<Result<void>> remove(EnvironmentId, DocumentationId, tenancy::Author, Deadline) override
    {
        co_return Result<void>{};
    }
    Task<Result<std::vector<DocumentationRow>>> of_installation(EnvironmentId, EnvironmentIntegrationId, IntegrationId,
                                                                Deadline) override
    {
        co_return std::vector<DocumentationRow>{};
    }

    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::optional<DocumentationRow> kept;
};

/// Acme is installed in one environment.
class DocumentationEditorTest : public ::testing::Test {
protected:
    DocumentationEditorTest()
    {
        EnvironmentIntegration row;
        row.id = EnvironmentIntegrationId{Uuid{8}};
        row.environment = environment_;
        row.integration = definitions_.stored.id;
        installations_.put(row);
    }
    DocumentationRow row(std::string type = "description", std::string value = "Says who I am.") const
    {
        DocumentationRow made;
        made.id = DocumentationId{Uuid{4}};
        made.environment = environment_;
        made.entity_type = "integration";
        made.entity_id = definitions_.stored.id.uuid();
        made.resource = "me";
        made.method = "get";
        made.type = std::move(type);
        made.format = "markdown";
        made.value = std::move(value);
        return made;
    }
    /// The path of the first mistake; empty if the row was stored.
    std::string mistake_in(DocumentationRow made)
    {
        auto const created = test::run_on(io_, editor_.create(std::move(made), {}, test::soon()));
        EXPECT_EQ(created.has_value(), rows_.kept.has_value());
        rows_.kept.reset();
        return created ? "" : created.error().failures().empty() ? "?" : created.error().failures()[0].path;
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    test::FakeChanges changes_;
    test::FakeAccounts accounts_{changes_, clock_};
    test::FakeInstallations installations_{accounts_};
    test::FakeIntegrations definitions_;
    WorkerPool workers_{1, 100};
    Integrations integrations_{definitions_, workers_};
    FakeDocumentation rows_;
    DocumentationEditor editor_{rows_, installations_, definitions_, integrations_};
    EnvironmentId environment_{Uuid{7}};
};

TEST_F(DocumentationEditorTest, StoresTextsOfMethodsThatExist)
{
    EXPECT_EQ(mistake_in(row()), "");
    auto made = row();
    made.resource = "mine";
    EXPECT_EQ(mistake_in(made), "resource");
    made = row();
    made.method = "list";
    EXPECT_EQ(mistake_in(made), "method");
}

TEST_F(DocumentationEditorTest, StoresOnlyWhatLeavesAValidTool)
{
    EXPECT_EQ(mistake_in(row("name", "who_am_i")), "");
    EXPECT_EQ(mistake_in(row("name", "who am i")).substr(0, 5), "value");
    auto const taken = catalog::IntegrationPtr(
        test::must(test::run_on(io_, integrations_.install(definitions_.stored.id, 1, {}, {}, test::soon())))
            ->integration);
    EXPECT_EQ(mistake_in(row("name", taken->find("things", "get")->tool_name)), "value");
    EXPECT_EQ(mistake_in(row("query_schema", "{")).substr(0, 5), "value");
}

TEST_F(DocumentationEditorTest, KnowsWhomATextBelongsTo)
{
    auto made = row();
    made.entity_id = Uuid{5};
    EXPECT_EQ(mistake_in(made), "entity_id");
    made.entity_type = "environment_integration";
    EXPECT_EQ(mistake_in(made), "entity_id");
    made.entity_id = Uuid{8};
    EXPECT_EQ(mistake_in(made), "");
    made.environment = EnvironmentId{Uuid{1}};
    EXPECT_EQ(mistake_in(made), "entity_id") << "another environment's";
}

TEST_F(DocumentationEditorTest, ChecksAChangeToo)
{
    auto const change = [&](std::optional<std::string> format, std::optional<std::string> value) {
        return test::run_on(io_, editor_.change(environment_, DocumentationId{Uuid{4}}, std::move(format),
                                                std::move(value), {}, test::soon()));
    };
    EXPECT_EQ(change({}, "x").error().code(), ErrorCode::not_found);
    rows_.kept = row("name", "who_am_i");
    EXPECT_EQ(change({}, "not a name").error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(rows_.kept->value, "who_am_i");
    auto const changed = test::must(change("text", {}));
    EXPECT_EQ(changed.format, "text");
    EXPECT_EQ(changed.value, "who_am_i");
    EXPECT_EQ(test::must(change({}, "me_again")).format, "text");
    EXPECT_EQ(rows_.kept->value, "me_again");
}

} // namespace
} // namespace sluice::accounts
