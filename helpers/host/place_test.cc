#include "helpers/host/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>

#include "helpers/base/deadline.h"
#include "helpers/host/kvm.h"

namespace dualpath::host {
namespace {

using ::testing::HasSubstr;

/// Sets or unsets an environment variable and restores it on destruction.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    const char* const old = ::getenv(name);
    if (old != nullptr) old_ = old;
    Set(value);
  }
  ~ScopedVariable() { Set(old_ ? old_->c_str() : nullptr); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void Set(const char* value) const {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }

  const char* name_;
  std::optional<std::string> old_;
};

class TimeScaleTest : public ::testing::Test {
 protected:
  ~TimeScaleTest() override { SetTimeScale(before_); }
  const double before_ = TimeScale();
};

TEST(Place, IsReadFromTheEnvironment) {
  {
    const ScopedVariable lab("DUALPATH_PLACE", "lab");
    EXPECT_EQ(*CurrentPlace(), Place::kLab);
  }
  const ScopedVariable host("DUALPATH_PLACE", "host");
  EXPECT_EQ(*CurrentPlace(), Place::kHost);
}

TEST(Place, IsNeverGuessed) {
  {
    const ScopedVariable none("DUALPATH_PLACE", nullptr);
    EXPECT_THAT(CurrentPlace().error().ToString(), HasSubstr("run the program with ctest"));
  }
  const ScopedVariable wrong("DUALPATH_PLACE", "Lab");
  EXPECT_EQ(CurrentPlace().error().ToString(),
            "read environment: DUALPATH_PLACE=\"Lab\": must be \"lab\" or \"host\"");
}

TEST_F(TimeScaleTest, IsOneUnlessSet) {
  SetTimeScale(7);
  const ScopedVariable none("DUALPATH_TIME_SCALE", nullptr);
  ASSERT_TRUE(ApplyTimeScale().ok());
  EXPECT_EQ(TimeScale(), 1);
}

TEST_F(TimeScaleTest, IsAPositiveNumber) {
  const ScopedVariable good("DUALPATH_TIME_SCALE", "2.5");
  ASSERT_TRUE(ApplyTimeScale().ok());
  EXPECT_EQ(TimeScale(), 2.5);
  for (const char* value : {"0", "-1", "fast", "2x", "nan", "inf", " "}) {
    const ScopedVariable bad("DUALPATH_TIME_SCALE", value);
    const Status status = ApplyTimeScale();
    ASSERT_FALSE(status.ok()) << value;
    EXPECT_EQ(status.error().ToString(), "read environment: DUALPATH_TIME_SCALE=\"" +
                                             std::string(value) +
                                             "\": must be a positive number, as in 2.5");
    EXPECT_EQ(TimeScale(), 2.5) << "a bad value changes nothing";
  }
}

TEST(DomainType, IsQemuWithoutAUsableKvm) {
  const ScopedVariable none("DUALPATH_DOMAIN_TYPE", nullptr);
  EXPECT_EQ(*DomainType("/dev/no-such-kvm"), "qemu");
  EXPECT_EQ(*DomainType("/dev/null"), "qemu") << "can be opened, but is not KVM";
}

TEST(DomainType, IsKvmInBothPlacesIfUsable) {
  const Status usable = CheckKvm();
  if (!usable.ok()) GTEST_SKIP() << usable.error().ToString();
  const ScopedVariable none("DUALPATH_DOMAIN_TYPE", nullptr);
  for (const char* place : {"lab", "host"}) {
    const ScopedVariable there("DUALPATH_PLACE", place);
    EXPECT_EQ(*DomainType(), "kvm") << place;
  }
}

TEST(DomainType, IsReadFromTheEnvironment) {
  {
    const ScopedVariable kvm("DUALPATH_DOMAIN_TYPE", "kvm");
    EXPECT_EQ(*DomainType("/dev/no-such-kvm"), "kvm");
  }
  const ScopedVariable xen("DUALPATH_DOMAIN_TYPE", "xen");
  EXPECT_EQ(DomainType().error().ToString(),
            "read environment: DUALPATH_DOMAIN_TYPE=\"xen\": must be \"kvm\" or \"qemu\"");
}

}  // namespace
}  // namespace dualpath::host
