#include "cases/conformance_verdicts.h"

namespace dualpath {
namespace {

using Verdict = scsi::ConformanceVerdict;

const char* const kSkipped[] = {
    // The test is for iSCSI targets.
    "CompareAndWrite.MiscompareSense",
    "ProutReserve.AccessEA",
    "ProutReserve.AccessWE",
    "ProutReserve.AccessEARO",
    "ProutReserve.AccessWERO",
    "ProutReserve.AccessEAAR",
    "ProutReserve.AccessWEAR",
    "ProutReserve.OwnershipEA",
    "ProutReserve.OwnershipWE",
    "ProutReserve.OwnershipEARO",
    "ProutReserve.OwnershipWERO",
    "ProutReserve.OwnershipEAAR",
    "ProutReserve.OwnershipWEAR",
    "ProutPreempt.RemoveRegistration",
    "Read10.Async",
    "Reserve6.2Initiators",
    "Reserve6.Logout",
    "Reserve6.ITNexusLoss",
    "Reserve6.TargetColdReset",
    "Reserve6.TargetWarmReset",
    "Reserve6.LUNReset",
    "Write10.Async",
    "iSCSIcmdsn.iSCSICmdSnTooHigh",
    "iSCSIcmdsn.iSCSICmdSnTooLow",
    "iSCSIdatasn.iSCSIDataSnInvalid",
    "iSCSIResiduals.Read10Invalid",
    "iSCSIResiduals.Read10Residuals",
    "iSCSIResiduals.Read12Residuals",
    "iSCSIResiduals.Read16Residuals",
    "iSCSIResiduals.Write10Residuals",
    "iSCSIResiduals.Write12Residuals",
    "iSCSIResiduals.Write16Residuals",
    "iSCSIResiduals.WriteVerify10Residuals",
    "iSCSIResiduals.WriteVerify12Residuals",
    "iSCSIResiduals.WriteVerify16Residuals",
    "iSCSITMF.AbortTaskSimpleAsync",
    "iSCSITMF.LUNResetSimpleAsync",
    "iSCSITMF.LogoutDuringIOAsync",
    "iSCSISendTargets.Simple",
    "iSCSISendTargets.Invalid",
    "iSCSINop.Simple",
    "iSCSICHAP.Simple",
    "iSCSICHAP.Invalid",
    // It needs a second device.
    "MultipathIO.Simple",
    "MultipathIO.Reset",
    "MultipathIO.CompareAndWrite",
    "MultipathIO.CompareAndWriteAsync",
    // LIO's backstore is fully provisioned (emulate_tpu and emulate_tpws are 0).
    "CompareAndWrite.InvalidDataOutSize",
    "GetLBAStatus.UnmapSingle",
    "Unmap.Simple",
    "Unmap.VPD",
    "Unmap.ZeroBlocks",
    "WriteSame10.Unmap",
    "WriteSame10.UnmapUnaligned",
    "WriteSame10.UnmapUntilEnd",
    "WriteSame10.UnmapVPD",
    "WriteSame10.InvalidDataOutSize",
    "WriteSame16.Unmap",
    "WriteSame16.UnmapUnaligned",
    "WriteSame16.UnmapUntilEnd",
    "WriteSame16.UnmapVPD",
    "WriteSame16.InvalidDataOutSize",
    // The disk is neither removable nor read-only.
    "PreventAllow.Simple",
    "PreventAllow.Eject",
    "PreventAllow.ITNexusLoss",
    "PreventAllow.Logout",
    "PreventAllow.WarmReset",
    "PreventAllow.ColdReset",
    "PreventAllow.LUNReset",
    "PreventAllow.2ITNexuses",
    "ReadOnly.ReadOnlySBC",
    "StartStopUnit.Simple",
    // SANITIZE is not requested; LIO does not support it.
    "Sanitize.BlockErase",
    "Sanitize.BlockEraseReserved",
    "Sanitize.CryptoErase",
    "Sanitize.CryptoEraseReserved",
    "Sanitize.ExitFailureMode",
    "Sanitize.InvalidServiceAction",
    "Sanitize.Overwrite",
    "Sanitize.OverwriteReserved",
    "Sanitize.Readonly",
    "Sanitize.Reservations",
    "Sanitize.Reset",
    // WRITE SAME of 0 blocks; LIO reports WSNZ.
    "WriteSame10.ZeroBlocks",
    "WriteSame16.ZeroBlocks",
    // LIO does not implement the command, or this form of it.
    "ExtendedCopy.Large",
    "GetLBAStatus.Simple",
    "GetLBAStatus.BeyondEol",
    "OrWrite.Simple",
    "OrWrite.BeyondEol",
    "OrWrite.ZeroBlocks",
    "OrWrite.Protect",
    "OrWrite.DpoFua",
    "OrWrite.Verify",
    "Prefetch10.Simple",
    "Prefetch10.BeyondEol",
    "Prefetch10.ZeroBlocks",
    "Prefetch10.Flags",
    "Prefetch16.Simple",
    "Prefetch16.BeyondEol",
    "Prefetch16.ZeroBlocks",
    "Prefetch16.Flags",
    "ReadDefectData10.Simple",
    "ReadDefectData12.Simple",
    "ReceiveCopyResults.CopyStatus",
    "ReportSupportedOpcodes.OneCommand",
    "Verify12.Simple",
    "Verify12.BeyondEol",
    "Verify12.ZeroBlocks",
    "Verify12.VerifyProtect",
    "Verify12.Flags",
    "Verify12.Dpo",
    "Verify12.Mismatch",
    "Verify12.MismatchNoCmp",
    "WriteAtomic16.Simple",
    "WriteAtomic16.BeyondEol",
    "WriteAtomic16.ZeroBlocks",
    "WriteAtomic16.WriteProtect",
    "WriteAtomic16.DpoFua",
    "WriteAtomic16.VPD",
    "WriteVerify12.Simple",
    "WriteVerify12.BeyondEol",
    "WriteVerify12.ZeroBlocks",
    "WriteVerify12.WriteProtect",
    "WriteVerify12.Flags",
    "WriteVerify12.Dpo",
};

const char* const kFailed[] = {
    // It reads 1 MiB with one command, for which SG_IO fails with EINVAL.
    "ExtendedCopy.Simple",
    // LIO completes VERIFY(10) and VERIFY(16) without looking at the data or at VRPROTECT
    // (sbc_parse_cdb in drivers/target/target_core_sbc.c), and does not report DPO for them.
    "Verify10.VerifyProtect",
    "Verify10.Dpo",
    "Verify10.Mismatch",
    "Verify16.VerifyProtect",
    "Verify16.Dpo",
    "Verify16.Mismatch",
};

const char* const kFailedInGuest[] = {
    // QEMU is unprivileged, and the kernel's filter of SG_IO does not let it send the command
    // (scsi_cmd_allowed in drivers/scsi/scsi_ioctl.c): the guest gets I/O PROCESS TERMINATED.
    "CompareAndWrite.DpoFua",
    "CompareAndWrite.Miscompare",
    "CompareAndWrite.Simple",
    "CompareAndWrite.Unwritten",
    "ExtendedCopy.DescrLimits",
    "ExtendedCopy.DescrType",
    "ExtendedCopy.ParamHdr",
    "ExtendedCopy.ValidSegDescr",
    "ExtendedCopy.ValidTgtDescr",
    "OrWrite.BeyondEol",
    "OrWrite.DpoFua",
    "OrWrite.Protect",
    "OrWrite.Simple",
    "OrWrite.Verify",
    "OrWrite.ZeroBlocks",
    "Prefetch10.BeyondEol",
    "Prefetch10.Flags",
    "Prefetch10.Simple",
    "Prefetch10.ZeroBlocks",
    "Prefetch16.BeyondEol",
    "Prefetch16.Flags",
    "Prefetch16.Simple",
    "Prefetch16.ZeroBlocks",
    "ReadDefectData12.Simple",
    "ReceiveCopyResults.OpParams",
    "Verify12.Dpo",
    "Verify12.Mismatch",
    "Verify12.MismatchNoCmp",
    "WriteAtomic16.BeyondEol",
    "WriteAtomic16.DpoFua",
    "WriteAtomic16.Simple",
    "WriteAtomic16.VPD",
    "WriteAtomic16.WriteProtect",
    "WriteAtomic16.ZeroBlocks",
    "WriteVerify16.Dpo",
    "WriteVerify16.Flags",
    "WriteVerify16.Simple",
    // The disk's reservations are not managed, so that no helper sends the command.
    "PrinReadKeys.Simple",
    "PrinReadKeys.Truncate",
    "PrinReportCapabilities.Simple",
    "PrinServiceactionRange.Range",
    "ProutClear.Simple",
    "ProutRegister.Simple",
    "ProutReserve.Simple",
    "Reserve6.Simple",
};

const char* const kPassedInGuest[] = {
    // QEMU sends a command that reads or writes with a CDB of its own, and only if there is
    // something to transfer (scsi_block_is_passthrough in hw/scsi/scsi-disk.c).
    "Verify10.VerifyProtect",   "Verify12.BeyondEol",      "Verify12.Flags",
    "Verify12.Simple",          "Verify12.VerifyProtect",  "Verify12.ZeroBlocks",
    "Verify16.VerifyProtect",   "WriteVerify12.BeyondEol", "WriteVerify12.WriteProtect",
    "WriteVerify12.ZeroBlocks",
};

}  // namespace

ConformanceVerdicts VerdictsOnOneDevice() {
  ConformanceVerdicts verdicts;
  for (const char* test : kSkipped) verdicts[test] = Verdict::kSkipped;
  for (const char* test : kFailed) verdicts[test] = Verdict::kFailed;
  return verdicts;
}

ConformanceVerdicts VerdictsOnBothPaths() {
  ConformanceVerdicts verdicts = VerdictsOnOneDevice();
  verdicts.erase("MultipathIO.Simple");
  verdicts.erase("MultipathIO.CompareAndWrite");
  return verdicts;
}

ConformanceVerdicts VerdictsInGuest() {
  ConformanceVerdicts verdicts = VerdictsOnOneDevice();
  for (const char* test : kFailedInGuest) verdicts[test] = Verdict::kFailed;
  for (const char* test : kPassedInGuest) verdicts.erase(test);
  return verdicts;
}

ConformanceVerdicts Of(const scsi::ConformanceReport& report, const ConformanceVerdicts& verdicts) {
  ConformanceVerdicts of_report;
  for (const scsi::ConformanceTest& test : report.tests) {
    const auto verdict = verdicts.find(test.name);
    if (verdict != verdicts.end()) of_report.insert(*verdict);
  }
  return of_report;
}

}  // namespace dualpath
