#include "helpers/multipath/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <tuple>

namespace dualpath::multipath {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NoPathRetry, PrintsMultipathConfSyntax) {
  EXPECT_EQ(NoPathRetry::Count(10).ToString(), "10");
  EXPECT_EQ(NoPathRetry::Queue().ToString(), "queue");
  EXPECT_EQ(NoPathRetry::Fail().ToString(), "fail");
}

TEST(Config, PrintsMultipathConfSyntax) {
  EXPECT_EQ(Failback::Followover().ToString(), "followover");
  EXPECT_EQ(ToString(GroupingPolicy::kGroupByTpg), "group_by_tpg");
}

TEST(Config, DefaultsMatchTheArticle) {
  const Config config;
  ASSERT_TRUE(Validate(config).ok());
  EXPECT_EQ(Render(config, Dialect{}),
            "# Written by dualpath for its own devices; safe to delete.\n"
            "defaults {\n"
            "\tpolling_interval 5\n"
            "\tmax_polling_interval 5\n"
            "}\n"
            "devices {\n"
            "\tdevice {\n"
            "\t\tvendor \"LIO-ORG\"\n"
            "\t\tproduct \"storage\"\n"
            "\t\tuser_friendly_names yes\n"
            "\t\tpath_grouping_policy failover\n"
            "\t\tpath_selector \"service-time 0\"\n"
            "\t\tpath_checker tur\n"
            "\t\tprio const\n"
            "\t\tdetect_prio no\n"
            "\t\tdetect_pgpolicy no\n"
            "\t\tfailback manual\n"
            "\t\tno_path_retry 10\n"
            "\t}\n"
            "}\n");
}

TEST(Config, EveryFieldIsRendered) {
  Config config;
  config.no_path_retry = NoPathRetry::Queue();
  config.user_friendly_names = false;
  config.path_grouping_policy = GroupingPolicy::kGroupByPrio;
  config.path_selector = "round-robin 0";
  config.prio = "weightedpath";
  config.prio_args = "hbtl 3:0:1:0 50 .+ 10";
  config.failback = Failback::After(30);
  config.san_path_err = SanPathErr{3, 4, 120};
  config.polling_interval_seconds = 2;
  config.max_polling_interval_seconds = 8;
  config.reservation_key = ReservationKey::Fixed(0xabc123);
  config.vendor = "ACME";
  config.product = "disk [0-9]";
  ASSERT_TRUE(Validate(config).ok());
  const std::string text = Render(config, Dialect{});
  for (const char* line :
       {"\tpolling_interval 2\n", "\tmax_polling_interval 8\n", "\treservation_key 0xabc123\n",
        "\tvendor \"ACME\"\n", "\tproduct \"disk [0-9]\"\n", "\tuser_friendly_names no\n",
        "\tpath_grouping_policy group_by_prio\n", "\tpath_selector \"round-robin 0\"\n",
        "\tprio weightedpath\n", "\tprio_args \"hbtl 3:0:1:0 50 .+ 10\"\n", "\tfailback 30\n",
        "\tno_path_retry queue\n", "\tsan_path_err_threshold 3\n", "\tsan_path_err_forget_rate 4\n",
        "\tsan_path_err_recovery_time 120\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Config, FlushOnLastDelIsRenderedInTheVersionsWords) {
  Config config;
  EXPECT_THAT(Render(config, Dialect{}), Not(HasSubstr("flush_on_last_del")));
  const Dialect old = Dialect::Of({0, 9, 8});
  for (const auto& [flush, word, old_word] : {std::tuple(FlushOnLastDel::kAlways, "always", "yes"),
                                              std::tuple(FlushOnLastDel::kUnused, "unused", "no"),
                                              std::tuple(FlushOnLastDel::kNever, "never", "no")}) {
    config.flush_on_last_del = flush;
    EXPECT_THAT(Render(config, Dialect::Of({0, 9, 9})),
                HasSubstr(std::string("\t\tflush_on_last_del ") + word + "\n"));
    EXPECT_THAT(Render(config, old),
                HasSubstr(std::string("\t\tflush_on_last_del ") + old_word + "\n"));
  }
}

TEST(Config, BlacklistHasDevnodesAsTheyAreAndWwidsExactly) {
  Config config;
  EXPECT_THAT(Render(config, Dialect{}), Not(HasSubstr("blacklist")));
  config.blacklisted_devnodes = {"^sdb$"};
  config.blacklisted_wwids = {"36001405d0a1bace"};
  ASSERT_TRUE(Validate(config).ok());
  EXPECT_THAT(Render(config, Dialect{}), HasSubstr("}\n"
                                                   "blacklist {\n"
                                                   "\tdevnode \"^sdb$\"\n"
                                                   "\twwid \"^36001405d0a1bace$\"\n"
                                                   "}\n"));
  config.blacklisted_devnodes = {"a\"b"};
  EXPECT_FALSE(Validate(config).ok());
}

TEST(Config, UncheckedLinesAreDefaults) {
  Config config;
  config.unchecked_defaults = {"no_such_keyword 1"};
  ASSERT_TRUE(Validate(config).ok());
  EXPECT_THAT(Render(config, Dialect{}), HasSubstr("\tno_such_keyword 1\n}\ndevices {\n"));
}

TEST(Config, MarginalPathIsRenderedWithoutSanPathErr) {
  Config config;
  config.marginal_path = MarginalPath{60, 120, 100, 30};
  ASSERT_TRUE(Validate(config).ok());
  EXPECT_THAT(Render(config, Dialect{}), HasSubstr("\t\tmarginal_path_double_failed_time 60\n"
                                                   "\t\tmarginal_path_err_sample_time 120\n"
                                                   "\t\tmarginal_path_err_rate_threshold 100\n"
                                                   "\t\tmarginal_path_err_recheck_gap_time 30\n"));
}

TEST(Config, ReservationKeyIsRenderedInDefaults) {
  Config config;
  EXPECT_THAT(Render(config, Dialect{}), Not(HasSubstr("reservation_key")));
  config.reservation_key = ReservationKey::File();
  EXPECT_THAT(Render(config, Dialect{}),
              HasSubstr("\tmax_polling_interval 5\n\treservation_key file\n}\ndevices {\n"));
}

TEST(Config, UnknownKeywordsAndSettingsOfTheHostAreNotRendered) {
  for (const Version version : {Version{0, 4, 9}, Version{0, 8, 5}, Version{0, 9, 5}}) {
    const std::string text = Render(Config(), Dialect::Of(version));
    EXPECT_THAT(text, Not(HasSubstr("detect_pgpolicy"))) << version.ToString();
    EXPECT_THAT(text, HasSubstr("detect_prio no")) << version.ToString();
  }
  for (const Version version : {Version{0, 9, 6}, Version{0, 11, 1}, Version{0, 15, 1}}) {
    const std::string text = Render(Config(), Dialect::Of(version));
    EXPECT_THAT(text, HasSubstr("detect_pgpolicy no")) << version.ToString();
    EXPECT_THAT(text, Not(HasSubstr("features"))) << "no_path_retry governs queueing";
    EXPECT_THAT(text, Not(HasSubstr("hardware_handler")));
    EXPECT_THAT(text, Not(HasSubstr("overrides"))) << "would affect the host's other maps";
  }
}

TEST(Blacklist, AllowsOnlyTheGivenWwids) {
  EXPECT_EQ(RenderBlacklistExcept({"36001405", "0Q+D.[x]\"y"}),
            "blacklist {\n"
            "\twwid \".*\"\n"
            "}\n"
            "blacklist_exceptions {\n"
            "\twwid \"^36001405$\"\n"
            "\twwid \"^0Q\\+D\\.\\[x\\].y$\"\n"
            "}\n");
}

TEST(Config, ValidationErrorNamesFieldValueAndAllowedValues) {
  const auto error_of = [](const std::function<void(Config&)>& change) {
    Config config;
    change(config);
    const Status status = Validate(config);
    return status.ok() ? "valid" : status.error().ToString();
  };
  const std::string prefix = "validate multipath configuration: ";
  EXPECT_EQ(
      error_of([](Config& c) { c.no_path_retry = NoPathRetry::Count(0); }),
      prefix + "no_path_retry '0': allowed: 1 and up (number of checks), \"queue\" or \"fail\"");
  EXPECT_EQ(error_of([](Config& c) { c.path_selector = "fastest 0"; }),
            prefix +
                "path_selector 'fastest': allowed: round-robin, queue-length, service-time, "
                "historical-service-time");
  EXPECT_EQ(error_of([](Config& c) { c.path_selector = "service-time"; }),
            prefix +
                "path_selector 'service-time': allowed: the selector's name and the number of "
                "its arguments, as in \"service-time 0\"");
  EXPECT_THAT(error_of([](Config& c) { c.prio = "best"; }),
              HasSubstr(prefix + "prio 'best': allowed: const, sysfs, "));
  EXPECT_EQ(error_of([](Config& c) { c.failback = Failback::After(0); }),
            prefix + "failback '0': allowed: 1 and up");
  EXPECT_EQ(error_of([](Config& c) { c.prio_args = "a\"b"; }),
            prefix + "prio_args 'a\"b': allowed: without quotes and control characters");
  EXPECT_EQ(error_of([](Config& c) {
              c.san_path_err = SanPathErr{1, 0, 1};
            }),
            prefix + "san_path_err_forget_rate '0': allowed: 1 and up");
  EXPECT_EQ(error_of([](Config& c) {
              c.marginal_path = MarginalPath{60, 119, 1, 1};
            }),
            prefix + "marginal_path_err_sample_time '119': allowed: 120 and up");
  EXPECT_EQ(error_of([](Config& c) {
              c.san_path_err = SanPathErr{3, 4, 120};
              c.marginal_path = MarginalPath{};
            }),
            prefix +
                "san_path_err_threshold '3': allowed: not together with marginal_path_*, which "
                "disables it");
  EXPECT_EQ(error_of([](Config& c) { c.polling_interval_seconds = 0; }),
            prefix + "polling_interval '0': allowed: 1 and up");
  EXPECT_EQ(error_of([](Config& c) { c.max_polling_interval_seconds = 4; }),
            prefix + "max_polling_interval '4': allowed: polling_interval (5) and up");
  EXPECT_EQ(error_of([](Config& c) { c.reservation_key = ReservationKey::Fixed(0); }),
            prefix +
                "reservation_key '0x0': allowed: 1 and up; 0 means no key in PERSISTENT RESERVE "
                "OUT");
  EXPECT_EQ(error_of([](Config& c) { c.vendor = ""; }),
            prefix +
                "vendor '': allowed: a regular expression without quotes and control "
                "characters");
  EXPECT_THAT(error_of([](Config& c) { c.product = "x\"\n}"; }), HasSubstr(prefix + "product "));
}

}  // namespace
}  // namespace dualpath::multipath
