"""What a device does in hardware, ordinary torch: its text goes into exported scripts."""

from __future__ import annotations

import torch


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has units of its own for bfloat16 (tensor cores, AMX, AVX-512), so that it is the faster
    choice; elsewhere it would be imitated, which is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))


def fast_precision(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 where the device has units for it; elsewhere nothing changes."""
    able = computes_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=able)
