"""Import of one model of each of timm's modules: see :mod:`tests.benchmarks.importing`."""

from __future__ import annotations

from torch import nn

from tests.benchmarks.importing import Row, row, summary
from tests.benchmarks.report import Report

MODELS: dict[str, tuple[str, int]] = {
    "beit": ("beit_base_patch16_224", 224),
    "byoanet": ("halonet_h1", 256),
    "byobnet": ("mobileone_s0", 224),
    "cait": ("cait_xxs24_224", 224),
    "coat": ("coat_tiny", 224),
    "convit": ("convit_tiny", 224),
    "convmixer": ("convmixer_768_32", 224),
    "convnext": ("convnext_zepto_rms_ols", 224),
    "cpubone": ("cpubone_nano", 224),
    "crossvit": ("crossvit_tiny_240", 240),
    "csatv2": ("csatv2", 512),
    "cspnet": ("cs3darknet_focus_s", 256),
    "cspnext": ("cspnext_tiny", 224),
    "davit": ("davit_tiny", 224),
    "deepseek_vit": ("deepseek_vit_412m", 112),
    "deit": ("deit_tiny_patch16_224", 224),
    "densenet": ("densenet121", 224),
    "dla": ("dla46x_c", 224),
    "dpn": ("dpn48b", 224),
    "edgenext": ("edgenext_xx_small", 256),
    "efficientformer": ("efficientformer_l1", 224),
    "efficientformer_v2": ("efficientformerv2_s0", 224),
    "efficientnet": ("tinynet_e", 106),
    "efficientvim": ("efficientvim_m1", 224),
    "efficientvit_mit": ("efficientvit_b0", 224),
    "efficientvit_msra": ("efficientvit_m0", 224),
    "eva": ("eva02_tiny_patch14_224", 224),
    "fasternet": ("fasternet_t0", 224),
    "fastvit": ("fastvit_t8", 256),
    "focalnet": ("focalnet_tiny_srf", 224),
    "gcvit": ("gcvit_xxtiny", 224),
    "gemma4_vit": ("gemma4_vit_167m", 112),
    "ghostnet": ("ghostnet_050", 224),
    "hardcorenas": ("hardcorenas_b", 224),
    "hgnet": ("hgnetv2_b0", 224),
    "hiera": ("hiera_tiny_224", 224),
    "hieradet_sam2": ("hieradet_small", 256),
    "hrnet": ("hrnet_w18_small", 224),
    "iformer": ("iformer_t", 224),
    "inception_next": ("inception_next_atto", 224),
    "inception_resnet_v2": ("inception_resnet_v2", 299),
    "inception_v3": ("inception_v3", 299),
    "inception_v4": ("inception_v4", 299),
    "lcnetv2": ("lcnetv2_small", 224),
    "levit": ("levit_128", 224),
    "lowformer": ("lowformer_b0", 224),
    "mambaout": ("mambaout_femto", 224),
    "maxxvit": ("coatnet_pico_rw_224", 224),
    "metaformer": ("poolformerv2_s12", 224),
    "mlp_mixer": ("gmlp_ti16_224", 224),
    "mobilenetv3": ("mobilenetv3_small_050", 224),
    "mobilenetv5": ("mobilenetv5_base", 256),
    "mobilevit": ("mobilevit_xxs", 256),
    "mvitv2": ("mvitv2_tiny", 224),
    "naflexvit": ("naflexvit_base_patch16_parfac_gap", 224),
    "nasnet": ("nasnetalarge", 331),
    "nest": ("nest_tiny", 224),
    "nextvit": ("nextvit_small", 224),
    "nfnet": ("nf_regnet_b0", 192),
    "pit": ("pit_ti_224", 224),
    "pnasnet": ("pnasnet5large", 331),
    "pvt_v2": ("pvt_v2_b0", 224),
    "qwen3_vit": ("qwen3_vit_88m", 112),
    "rdnet": ("rdnet_tiny", 224),
    "regnet": ("regnetx_002", 224),
    "repghost": ("repghostnet_050", 224),
    "repvit": ("repvit_m1", 224),
    "res2net": ("res2next50", 224),
    "resnest": ("resnest14d", 224),
    "resnet": ("resnetblur18", 224),
    "resnetv2": ("resnetv2_18", 224),
    "rexnet": ("rexnet_100", 224),
    "selecsls": ("selecsls42", 224),
    "senet": ("legacy_seresnet18", 224),
    "sequencer": ("sequencer2d_s", 224),
    "shvit": ("shvit_s1", 224),
    "sknet": ("skresnet18", 224),
    "starnet": ("starnet_s050", 224),
    "swiftformer": ("swiftformer_xs", 224),
    "swin_transformer": ("swin_tiny_patch4_window7_224", 224),
    "swin_transformer_v2": ("swinv2_tiny_window8_256", 256),
    "swin_transformer_v2_cr": ("swinv2_cr_tiny_224", 224),
    "tiny_vit": ("tiny_vit_5m_224", 224),
    "tnt": ("tnt_s_legacy_patch16_224", 224),
    "tresnet": ("tresnet_m", 224),
    "twins": ("twins_svt_small", 224),
    "vgg": ("vgg11", 224),
    "visformer": ("visformer_tiny", 224),
    "vision_transformer": ("vit_tiny_patch16_224", 224),
    "vision_transformer_hybrid": ("vit_tiny_r_s16_p8_224", 224),
    "vision_transformer_relpos": ("vit_srelpos_small_patch16_224", 224),
    "vision_transformer_sam": ("samvit_base_patch16_224", 224),
    "vitamin": ("vitamin_small_224", 224),
    "volo": ("volo_d1_224", 224),
    "vovnet": ("ese_vovnet19b_slim_dw", 224),
    "xception": ("legacy_xception", 299),
    "xception_aligned": ("xception41p", 299),
    "xcit": ("xcit_nano_12_p8_224", 224),
}
"""The smallest model of each module, and the side of its picture."""
SIZED = ("deepseek_vit", "gemma4_vit", "qwen3_vit", "naflexvit")
"""Modules whose models are built for a picture of that size."""


def make(module: str) -> nn.Module:
    import timm

    name, side = MODELS[module]
    sized = {"img_size": side} if module in SIZED else {}
    model: nn.Module = timm.create_model(name, pretrained=False, **sized)
    return model


def run(report: Report) -> None:
    try:
        import timm  # noqa: F401
    except ImportError:
        report("timm is not installed: pip install .[import]", 0, "")
        return
    rows: list[Row] = []
    for module, (name, side) in MODELS.items():
        rows.append(row(name, lambda module=module: make(module), (3, side, side)))
    summary(report, "timm", rows)
